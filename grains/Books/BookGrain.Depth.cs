using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Books;
using Orleans.Streams;

namespace Bourse.Grains.Books;

/// <content>
/// The depth that others watch. Orders know nothing of it: a timer that runs only while somebody watches looks at the book, and publishes what it
/// sees when the book has changed since.
/// </content>
public sealed partial class BookGrain
{
    private static readonly TimeSpan s_depthInterval = TimeSpan.FromMilliseconds(50);

    private WatchLease? _depthLease;
    private IGrainTimer? _depthTimer;
    private IAsyncStream<DepthWindow>? _depthStream;
    private (long Version, int Levels) _depthTold;

    public async Task<DepthWindow> WatchDepth(int levels)
    {
        var depth = await GetDepth(levels);
        (_depthLease ??= new WatchLease(time)).Renew(levels);
        _depthStream ??= this.GetStreamProvider(Streams.Provider).GetStream<DepthWindow>(StreamId.Create(Streams.Depth, Symbol));
        _depthTimer ??= this.RegisterGrainTimer(TellDepth, new GrainTimerCreationOptions(s_depthInterval, s_depthInterval) { Interleave = true });
        return new DepthWindow(levels, depth);
    }

    private async Task TellDepth(CancellationToken cancellation)
    {
        var levels = _depthLease!.Wanted;
        if (levels == 0)
        {
            _depthTimer!.Dispose();
            _depthTimer = null;
            return;
        }

        if ((_book.Version, levels) == _depthTold)
        {
            return;
        }

        try
        {
            var depth = await GetDepth(levels);
            _depthTold = (depth.Seq, levels);
            await _depthStream!.OnNextAsync(new DepthWindow(levels, depth));
        }
        catch (Exception away)
        {
            // The journal or the stream, each in its own way: what is not durable is not told, and the next round looks again.
            _depthTold = default;
            BookLog.DepthNotTold(log, Symbol, away);
        }
    }
}
