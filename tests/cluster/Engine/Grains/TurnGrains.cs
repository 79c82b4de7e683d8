using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Grains;

/// <summary>Shows how turns follow each other.</summary>
public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Adds one, so that two at a time would lose some; gives the most requests that were ever inside.</summary>
    Task<int> Add(int awaits);

    Task<long> Total();

    /// <summary>Waits at a gate; gives the number of the requests that began before.</summary>
    Task<int> Hold(string gate);

    [AlwaysInterleave]
    Task<int> Peek();

    [ReadOnly]
    Task<int> HoldReading(string gate);

    /// <summary>Keeps the numbers in the order that they come.</summary>
    Task Note(int number);

    Task<IReadOnlyList<int>> Notes();

    /// <summary>Sends numbers to another grain without waiting in between.</summary>
    Task NoteAt(string other, int count);

    /// <summary>Calls along a path of grains: each calls the next.</summary>
    Task<string> CallAlong(IReadOnlyList<string> path, bool allowReturn);

    /// <summary>Says what runs the code after awaits of all kinds.</summary>
    Task<IReadOnlyList<string>> WhereAwaitsReturn();
}

/// <summary>The same, reentrant.</summary>
public interface IReentrantTurnGrain : ITurnGrain;

public class TurnGrain : Grain, ITurnGrain
{
    private readonly List<int> _notes = [];
    private long _total;
    private int _inside;
    private int _most;
    private int _begun;

    public async Task<int> Add(int awaits)
    {
        _most = Math.Max(_most, ++_inside);
        for (var i = 0; i <= awaits; i++)
        {
            var before = _total;
            Thread.SpinWait(50);
            _total = before + 1;
            if (i < awaits)
            {
                await Task.Yield();
            }
        }

        _inside--;
        return _most;
    }

    public Task<long> Total() => Task.FromResult(_total);

    public async Task<int> Hold(string gate)
    {
        var before = _begun++;
        await Gates.Passed(gate);
        return before;
    }

    public Task<int> Peek() => Task.FromResult(_begun);

    public Task<int> HoldReading(string gate) => Hold(gate);

    public Task Note(int number)
    {
        _notes.Add(number);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<int>> Notes() => Task.FromResult<IReadOnlyList<int>>([.. _notes]);

    public Task NoteAt(string other, int count)
    {
        var grain = GrainFactory.GetGrain<ITurnGrain>(other, typeof(TurnGrain).FullName);
        return Task.WhenAll(Enumerable.Range(0, count).Select(grain.Note).ToList());
    }

    public async Task<string> CallAlong(IReadOnlyList<string> path, bool allowReturn)
    {
        if (path.Count == 0)
        {
            return "end";
        }

        using IDisposable? section = allowReturn ? RequestContext.AllowCallChainReentrancy() : null;
        return await Next(path[0]).CallAlong([.. path.Skip(1)], allowReturn);
    }

    public async Task<IReadOnlyList<string>> WhereAwaitsReturn()
    {
        var home = TaskScheduler.Current;
        var strangers = new List<string>();
        void Check(string after)
        {
            if (TaskScheduler.Current != home || home == TaskScheduler.Default)
            {
                strangers.Add(after);
            }
        }

        await Task.Yield();
        Check("yield");
        await Task.Run(() => Thread.SpinWait(1_000));
        Check("Task.Run");
        await Task.Delay(1);
        Check("delay");
        await Task.Factory.StartNew(() => Check("StartNew"));
        Check("after StartNew");
        await Task.Run(() => { }).ContinueWith(_ => Check("ContinueWith"), TaskScheduler.Current);
        Check("after ContinueWith");
        var source = new TaskCompletionSource();
        ThreadPool.QueueUserWorkItem(_ => source.SetResult());
        await source.Task;
        Check("source");
        return strangers;
    }

    private ITurnGrain Next(string name) => name.StartsWith('r')
        ? GrainFactory.GetGrain<IReentrantTurnGrain>(name)
        : GrainFactory.GetGrain<ITurnGrain>(name, typeof(TurnGrain).FullName);
}

[Reentrant]
public sealed class ReentrantTurnGrain : TurnGrain, IReentrantTurnGrain;
