using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Bourse.GrainRuntime.Membership;
using Bourse.GrainRuntime.Transport;
using Bourse.GrainRuntime.Wire;
using Bourse.Tests.Cluster.Engine.Grains;
using Npgsql;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>Who does not belong to the cluster gets nowhere, and who sends nonsense is cut off alone.</summary>
public sealed class StrangerTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    /// <summary>How long the fuzzers run: <c>BOURSE_FUZZ_SECONDS</c> (3).</summary>
    private static readonly TimeSpan s_fuzzing = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("BOURSE_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 3);

    [Fact]
    public async Task A_client_without_the_secret_is_refused_before_it_can_say_anything()
    {
        var (port, _, member) = await Silo();
        using var socket = await Connect(port);
        await using var stream = new NetworkStream(socket);

        var dialled = Handshake.Dial(stream, new byte[32], new PeerIdentity(0, Guid.NewGuid()), member, CancellationToken.None);

        await Should.ThrowAsync<IOException>(dialled);
    }

    [Fact]
    public async Task Strangers_who_send_noise_change_nothing()
    {
        var random = new Random(11);
        var (port, _, _) = await Silo();
        await Fuzz(async () =>
        {
            using var socket = await Connect(port);
            await socket.SendAsync(Noise(random, 4_096));
            await UntilClosed(socket, giveUp: TimeSpan.FromMilliseconds(50));
        });
    }

    [Fact]
    public async Task A_member_that_sends_broken_frames_is_cut_off_and_no_call_is_carried_out()
    {
        var random = new Random(13);
        var (port, secret, member) = await Silo();
        var (target, epoch) = await GrainOf(member);
        await using (var whole = await Dial(port, secret, member))
        {
            await whole.WriteAsync(Call(target, epoch));
            await Gates.Until(() => Gates.CountOf("fuzzed") == 1, "unbroken, it is carried out");
        }

        await Fuzz(async () =>
        {
            await using var stream = await Dial(port, secret, member);
            var call = Call(target, epoch).AsSpan(4).ToArray();
            byte[] broken = random.Next(5) switch
            {
                0 => [(byte)random.Next(0, 12), .. Noise(random, 512)],
                1 => call[..random.Next(1, call.Length)],
                2 => [.. call, .. Noise(random, 16)],
                3 => [(byte)random.Next(3, 12), .. call[1..]],
                _ => Call(target, epoch + random.Next(1, 5)).AsSpan(4).ToArray(),
            };
            await stream.WriteAsync((byte[])[.. BitConverter.GetBytes(random.Next(4) == 0 ? random.Next() : broken.Length), .. broken]);
            await UntilClosed(stream.Socket, giveUp: TimeSpan.FromMilliseconds(20));
        });
        Gates.CountOf("fuzzed").ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_that_nobody_waits_for_any_more_and_a_method_that_nobody_knows_end_no_connection()
    {
        var (port, secret, member) = await Silo();
        var (target, epoch) = await GrainOf(member);
        await using var stream = await Dial(port, secret, member);
        var answer = FrameWriter.Begin(FrameKind.Answer);
        answer.WriteNumber(long.MaxValue);
        answer.WriteByte((byte)AnswerStatus.Done);
        answer.WriteString("a result that came too late");
        await stream.WriteAsync(answer.Finish().ToArray());
        await stream.WriteAsync(Call(target, epoch, method: 1));

        await stream.WriteAsync(Call(target, epoch, count: "after-a-late-answer"));

        await Gates.Until(() => Gates.CountOf("after-a-late-answer") == 1, "the connection serves");
    }

    private static byte[] Call(GrainId target, long epoch, string count = "fuzzed", uint? method = null)
    {
        Gates.Open("fuzzed");
        var writer = FrameWriter.Begin(FrameKind.Call);
        writer.WriteNumber(0);
        writer.WriteUInt32(method ?? WireTypes.NumberOf(typeof(ICallGrain).GetMethod(nameof(ICallGrain.Tell))!));
        Simple.WriteGrainId(writer, target);
        writer.WriteNumber(epoch);
        writer.WriteNumber(-1);
        writer.WriteByte(0);
        writer.WriteString("fuzzed");
        writer.WriteString(count);
        return writer.Finish().ToArray();
    }

    private static byte[] Noise(Random random, int max)
    {
        var noise = new byte[random.Next(1, max)];
        random.NextBytes(noise);
        return noise;
    }

    /// <summary>A grain that the silo owns.</summary>
    private async Task<(GrainId Id, long Epoch)> GrainOf(long member)
    {
        await using var source = NpgsqlDataSource.Create(silos.Cluster.ConnectionString);
        for (var i = 0; ; i++)
        {
            var id = silos.Cluster.Grains.GetGrain<ICallGrain>($"fuzzed-{i}").GetGrainId();
            await using var command = source.CreateCommand("SELECT epoch FROM cluster_partition WHERE number = $1 AND owner = $2");
            command.Parameters.Add(new() { Value = ClusterMap.PartitionOf(id) });
            command.Parameters.Add(new() { Value = member });
            if (await command.ExecuteScalarAsync() is long epoch)
            {
                return (id, epoch);
            }
        }
    }

    private static async Task<NetworkStream> Dial(int port, byte[] secret, long member)
    {
        var stream = new NetworkStream(await Connect(port), ownsSocket: true);
        await Handshake.Dial(stream, secret, new PeerIdentity(0, Guid.NewGuid()), member, CancellationToken.None);
        return stream;
    }

    private async Task Fuzz(Func<Task> attack)
    {
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_fuzzing)
        {
            try
            {
                await attack();
            }
            catch (Exception exception) when (exception is IOException or SocketException or WireException)
            {
                // Cut off, as it should be.
            }
        }

        foreach (var i in Enumerable.Range(0, 20))
        {
            (await silos.Cluster.Grains.GetGrain<ICallGrain>($"after-noise-{i}").Add(i, 1)).ShouldBe(i + 1);
        }

        // Other tests of this process have memory too, for a while.
        await Gates.Until(() => GC.GetTotalMemory(forceFullCollection: true) - memory < 64 * 1024 * 1024, "no memory is kept for the noise");
    }

    private static async Task<Socket> Connect(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        return socket;
    }

    private static async Task UntilClosed(Socket socket, TimeSpan giveUp)
    {
        using var deadline = new CancellationTokenSource(giveUp);
        var buffer = new byte[4_096];
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) > 0)
            {
                // It may say its number, or its manifest.
            }
        }
        catch (OperationCanceledException)
        {
            // It waits for more, and will wait no longer than its own deadline.
        }
    }

    private async Task<(int Port, byte[] Secret, long Member)> Silo()
    {
        await using var source = NpgsqlDataSource.Create(silos.Cluster.ConnectionString);
        await using var command = source.CreateCommand("SELECT address, secret, id FROM cluster_member, cluster_state ORDER BY id LIMIT 1");
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        return (int.Parse(reader.GetString(0).Split(':')[^1], CultureInfo.InvariantCulture), (byte[])reader[1], reader.GetInt64(2));
    }
}
