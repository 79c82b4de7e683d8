using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>
/// Reads all sockets of a worker on one thread, into one buffer: the framework's own reads look at a socket twice for each message and need a buffer for each
/// socket, so that the load would take from the server what it measures. Linux' epoll(7), edge-triggered: a read that does not fill the buffer has taken all. It looks once a
/// millisecond at most, which the latencies include.
/// </summary>
internal sealed partial class SocketPoller : IDisposable
{
    private const int BufferBytes = 256 * 1024;
    private const int FirstRoom = 1_024;
    private const int MaxEvents = 512;
    private const int WaitMs = 100;
    private const uint ReadableAnew = 0x8000_0001; // EPOLLIN | EPOLLET
    private const int Add = 1;
    private const int Delete = 2;
    private const int DoNotWait = 0x40; // MSG_DONTWAIT
    private const int TryAgain = 11; // EAGAIN
    private const int Interrupted = 4; // EINTR

    /// <summary>Packed on x64 only: four bytes of events, then eight of ours.</summary>
    private static readonly int s_dataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_eventBytes = s_dataAt + 8;
    private readonly int _epoll = Check(epoll_create1(0));
    private readonly Lock _watching = new();

    /// <summary>By their number; replaced by a larger one under <see cref="_watching"/>.</summary>
    private volatile RawSocket[] _sockets = new RawSocket[FirstRoom];
    private readonly Thread _thread;
    private volatile bool _ends;

    public SocketPoller()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "sockets" };
        _thread.Start();
    }

    /// <summary>From here on the socket is told what arrives, on the poller's thread; it stays open until the poller is disposed of.</summary>
    public void Watch(RawSocket socket)
    {
        lock (_watching)
        {
            var sockets = _sockets;
            if (socket.Descriptor >= sockets.Length)
            {
                Array.Resize(ref sockets, 2 * socket.Descriptor);
                _sockets = sockets;
            }

            sockets[socket.Descriptor] = socket;
        }

        Span<byte> interest = stackalloc byte[s_eventBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(interest, ReadableAnew);
        BinaryPrimitives.WriteInt32LittleEndian(interest[s_dataAt..], socket.Descriptor);
        Check(epoll_ctl(_epoll, Add, socket.Descriptor, ref interest[0]));
    }

    public void Dispose()
    {
        _ends = true;
        _thread.Join();
        Check(close(_epoll));
    }

    private void Run()
    {
        var buffer = new byte[BufferBytes];
        var events = new byte[MaxEvents * s_eventBytes];
        while (!_ends)
        {
            var count = epoll_wait(_epoll, ref events[0], MaxEvents, WaitMs);
            if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new Win32Exception();
            }

            for (var i = 0; i < count; i++)
            {
                Read(_sockets[BinaryPrimitives.ReadInt32LittleEndian(events.AsSpan((i * s_eventBytes) + s_dataAt))], buffer);
            }

            if (count < MaxEvents)
            {
                Thread.Sleep(1); // one wake-up for many messages
            }
        }
    }

    private void Read(RawSocket socket, byte[] buffer)
    {
        var wait = socket.MayRead();
        if (!wait.IsCompletedSuccessfully)
        {
            Forget(socket);
            wait.ContinueWith(_ => Watch(socket), TaskScheduler.Default);
            return;
        }

        nint count;
        do
        {
            count = recv(socket.Descriptor, ref buffer[0], buffer.Length, DoNotWait);
            if ((count < 0 && Marshal.GetLastPInvokeError() is not (TryAgain or Interrupted)) || count == 0 || (count > 0 && !socket.TryTake(buffer.AsSpan(0, (int)count))))
            {
                Forget(socket);
                socket.End();
                return;
            }
        }
        while (count == buffer.Length);
    }

    private void Forget(RawSocket socket)
    {
        Span<byte> unused = stackalloc byte[s_eventBytes];
        Check(epoll_ctl(_epoll, Delete, socket.Descriptor, ref unused[0]));
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, ref byte interest);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, ref byte events, int maxEvents, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int descriptor, ref byte buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
