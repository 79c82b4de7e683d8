using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Books;

namespace Bourse.ApiHost.Live.Depth;

/// <summary>
/// All connections that watch the same number of levels of a symbol: differences are made and serialised once for all of them. Used under the lock
/// of its <see cref="DepthChannel"/>.
/// </summary>
public sealed class DepthGroup(string symbol, int levels)
{
    private IReadOnlyList<DepthLevel> bids = [];
    private IReadOnlyList<DepthLevel> asks = [];
    private long seq = -1;
    private RawJson? snapshot;

    public int Levels => levels;

    public List<DepthWatcher> Watchers { get; } = [];

    /// <summary>The window as it was told last; null before the first.</summary>
    public RawJson? Snapshot => seq < 0 ? null
        : snapshot ??= RawJson.From(new DepthSnapshotJson(symbol, seq, true, DepthRows.Of(bids), DepthRows.Of(asks), DepthChecksum.Of(bids, asks)));

    /// <summary>Takes a newer state; gives the difference to tell, or null when the window has not changed.</summary>
    /// <param name="depth">With as many levels as this group shows, or more.</param>
    public RawJson? Take(DepthView depth)
    {
        var (newBids, newAsks) = (Window(depth.Bids), Window(depth.Asks));
        var first = seq < 0;
        var (bidRows, askRows) = first ? ([], []) : (DepthRows.Difference(bids, newBids, -1), DepthRows.Difference(asks, newAsks, 1));
        if (!first && bidRows.Count == 0 && askRows.Count == 0)
        {
            return null;
        }

        var before = seq;
        (bids, asks, seq, snapshot) = (newBids, newAsks, depth.Seq, null);
        return first ? null
            : RawJson.From(new DepthDifferenceJson(symbol, before + 1, seq, bidRows, askRows, DepthChecksum.Of(bids, asks)));
    }

    private IReadOnlyList<DepthLevel> Window(IReadOnlyList<DepthLevel> side) => side.Count <= levels ? side : [.. side.Take(levels)];
}
