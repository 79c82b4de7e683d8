using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Bourse.ApiHost.Live.Frames;

/// <summary>
/// The socket right under a connection, for what it takes at once: a frame passes neither Kestrel's pipe nor its sending loop, whose parts would have to come from
/// memory for each of many thousand connections. Of Linux' send(2).
/// </summary>
internal readonly partial struct PlainSocket(SafeSocketHandle handle)
{
    private const int DoNotWait = 0x40; // MSG_DONTWAIT
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL

    /// <summary>Null where something stands between, such as TLS, and on other systems.</summary>
    public static PlainSocket? Under(IFeatureCollection connection) =>
        OperatingSystem.IsLinux() && connection.Get<ITlsHandshakeFeature>() is null && connection.Get<IConnectionSocketFeature>() is { } feature
            ? new PlainSocket(feature.Socket.SafeHandle)
            : null;

    /// <summary>How many of the bytes the socket took; an error is told to the next one who writes.</summary>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return (int)Math.Max(0, send(handle, in MemoryMarshal.GetReference(bytes), bytes.Length, DoNotWait | NoSignal));
        }
        catch (ObjectDisposedException)
        {
            return 0; // the connection has ended
        }
    }

    [LibraryImport("libc")]
    private static partial nint send(SafeSocketHandle socket, in byte bytes, nint length, int flags);
}
