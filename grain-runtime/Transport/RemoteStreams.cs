using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Streams;
using Bourse.GrainRuntime.Wire;
using Microsoft.Extensions.Logging;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Transport;

/// <summary>
/// Streams between processes. A process tells each silo which streams it subscribes to; a silo sends events to those that did, straight from where
/// they are published. A client's events go out from a silo.
/// </summary>
internal sealed class RemoteStreams(ClusterNode node)
{
    /// <summary>Tells the silos that somebody here subscribes to a stream, or nobody any more. The caller keeps the order of what it tells.</summary>
    public void Tell(StreamChannel channel, bool subscribes)
    {
        foreach (var silo in node.Links.Silos)
        {
            silo.TrySend(Interest(channel, subscribes));
        }
    }

    /// <summary>Tells a new connection all that this process subscribes to.</summary>
    public void Introduce(Connection connection)
    {
        foreach (var channel in node.Cluster.AllStreams.SelectMany(hub => hub.Channels))
        {
            channel.TellIfWanted(() => connection.TrySend(Interest(channel, subscribes: true)));
        }
    }

    public void OnInterest(Connection from, FrameReader reader)
    {
        var channel = ReadChannel(reader);
        var subscribes = reader.ReadBool();
        reader.End();
        if (subscribes)
        {
            from.Watched[channel] = true;
            channel.Watch(from);
        }
        else
        {
            from.Watched.TryRemove(channel, out _);
            channel.Unwatch(from);
        }
    }

    public static void OnClosed(Connection connection)
    {
        foreach (var channel in connection.Watched.Keys)
        {
            channel.Unwatch(connection);
        }
    }

    /// <summary>Sends events to processes that want them. Called under the stream's lock, so that all see the same order.</summary>
    public static void Send<T>(StreamChannel channel, Connection[] watchers, StreamEventKind kind, ReadOnlySpan<T> contents, long number)
    {
        var writer = Begin(FrameKind.Events, channel);
        writer.WriteByte(0);
        WriteEvents(writer, kind, contents, number);
        foreach (var watcher in watchers)
        {
            watcher.TrySend(writer.Finish());
        }
    }

    /// <summary>A client's events go to a silo, which publishes them; false where none is connected.</summary>
    public bool Relay<T>(StreamChannel channel, StreamEventKind kind, ReadOnlySpan<T> contents)
    {
        var writer = Begin(FrameKind.Events, channel);
        writer.WriteByte(1);
        WriteEvents(writer, kind, contents, 0);
        return node.Links.Silos.FirstOrDefault() is { } silo && silo.TrySend(writer.Finish());
    }

    public void OnEvents(FrameReader reader)
    {
        var channel = ReadChannel(reader);
        var isRelayed = reader.ReadBool();
        var events = ReadEvents(reader);
        reader.End();
        if (isRelayed)
        {
            channel.Publish(events);
        }
        else
        {
            channel.Deliver(events);
        }
    }

    /// <summary>Sends what waits for a grain to where it lives; false where the connection is closed.</summary>
    public static bool TrySend(Subscription subscription, List<StreamEvent> batch, Connection to)
    {
        var writer = Begin(FrameKind.GrainEvents, subscription.Channel);
        Simple.WriteGrainId(writer, subscription.Grain);
        Codec<Guid>.Instance.Write(writer, subscription.IsImplicit ? Guid.Empty : subscription.Id);
        writer.WriteNumber(batch.Count);
        foreach (var happened in batch)
        {
            WriteEvent(writer, happened);
        }

        return to.TrySend(writer.Finish());
    }

    public void OnGrainEvents(FrameReader reader)
    {
        var channel = ReadChannel(reader);
        var grain = Simple.ReadGrainId(reader);
        var subscription = channel.Find(grain, Codec<Guid>.Instance.Read(reader));
        var events = ReadEvents(reader);
        reader.End();
        events.ForEach(happened => subscription?.Offer(happened));
    }

    private static ReadOnlySpan<byte> Interest(StreamChannel channel, bool subscribes)
    {
        var writer = Begin(FrameKind.Interest, channel);
        writer.WriteByte(subscribes ? (byte)1 : (byte)0);
        return writer.Finish();
    }

    private static FrameWriter Begin(FrameKind kind, StreamChannel channel)
    {
        var writer = FrameWriter.Begin(kind);
        writer.WriteString(channel.Hub.Name);
        Simple.WriteStreamId(writer, channel.Id);
        return writer;
    }

    private StreamChannel ReadChannel(FrameReader reader)
    {
        var provider = reader.ReadString() ?? throw new WireException("a stream without a provider");
        return node.Cluster.Streams(provider).Channel(Codec<StreamId>.Instance.Read(reader));
    }

    private static void WriteEvents<T>(FrameWriter writer, StreamEventKind kind, ReadOnlySpan<T> contents, long number)
    {
        writer.WriteNumber(contents.Length);
        for (var i = 0; i < contents.Length; i++)
        {
            WriteEvent(writer, new StreamEvent(kind, contents[i], new EventSequenceTokenV2(number, i)));
        }
    }

    private static List<StreamEvent> ReadEvents(FrameReader reader)
    {
        var events = new List<StreamEvent>();
        for (var left = reader.ReadCount(); left > 0; left--)
        {
            events.Add(ReadEvent(reader));
        }

        return events;
    }

    private static void WriteEvent(FrameWriter writer, in StreamEvent happened)
    {
        writer.WriteByte((byte)happened.Kind);
        writer.WriteNumber(happened.Token.SequenceNumber);
        writer.WriteNumber(happened.Token.EventIndex);
        if (happened.Kind == StreamEventKind.Error)
        {
            Exceptions.Write(writer, (Exception)happened.Content!, 0);
        }
        else
        {
            WireTypes.WriteAny(writer, happened.Content);
        }
    }

    private static StreamEvent ReadEvent(FrameReader reader)
    {
        var kind = (StreamEventKind)reader.ReadByte();
        if (kind > StreamEventKind.End)
        {
            throw new WireException($"an event of the kind {kind}");
        }

        var token = new EventSequenceTokenV2(reader.ReadNumber(), checked((int)Math.Clamp(reader.ReadNumber(), 0, int.MaxValue)));
        return new StreamEvent(kind, kind == StreamEventKind.Error ? Exceptions.Read(reader, 0) ?? new Exception() : WireTypes.ReadAny(reader), token);
    }
}
