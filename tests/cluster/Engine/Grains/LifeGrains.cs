using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Grains;

/// <summary>Tells of its activations by counting at gates.</summary>
public interface ILifeGrain : IGrainWithStringKey
{
    /// <summary>Which activation this is, and the state it read.</summary>
    Task<(int Activation, string? State)> Look();

    /// <summary>Which activation this is.</summary>
    Task<int> Number();

    Task Write(string text);

    Task Clear();

    Task GoAfter(string gate);

    Task Hold(string gate);

    /// <summary>Waits at a gate, then asks another which activation it is.</summary>
    Task<int> LookAtAfter(string gate, string other);

    /// <summary>Waits at a gate, then has one between ask another which activation it is.</summary>
    Task<int> LookThroughAfter(string gate, string between, string other);

    /// <summary>Keeps the number beyond the activation's life.</summary>
    Task Record(int number);

    Task Go();

    Task RecordAt(string other, int count);
}

[GenerateSerializer]
public sealed class LifeState
{
    [Id(0)]
    public string? Text { get; set; }
}

public sealed class LifeGrain(
    [PersistentState("life", "states")] IPersistentState<LifeState> state,
    [PersistentState("other")] IPersistentState<LifeState> other) : Grain, ILifeGrain
{
    /// <summary>What grains recorded, by their keys.</summary>
    public static readonly ConcurrentDictionary<string, List<int>> Records = new();

    /// <summary>The newest object of each grain, which nothing keeps.</summary>
    public static readonly ConcurrentDictionary<string, WeakReference> Objects = new();

    private int _activation;

    public static string Activations(string key) => $"activations of {key}";

    public static string Deactivations(string key) => $"deactivations of {key}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        other.State.Text.ShouldBeNull();
        var key = this.GetPrimaryKeyString();
        Objects[key] = new WeakReference(this);
        this.RegisterGrainTimer(_ => Look(), new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        await Task.Yield();
        _activation = Gates.Count(Activations(key));
        if (key.StartsWith("fails-at-first", StringComparison.Ordinal) && _activation == 1)
        {
            throw new InvalidDataException("not yet");
        }

        if (key.StartsWith("calls-itself", StringComparison.Ordinal))
        {
            await GrainFactory.GetGrain<ILifeGrain>(key).Look();
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Gates.Count(Deactivations(this.GetPrimaryKeyString()));
        Gates.Count($"{reason.ReasonCode} of {this.GetPrimaryKeyString()}");
        return Task.CompletedTask;
    }

    public Task<(int Activation, string? State)> Look() => Task.FromResult((_activation, state.State.Text));

    public Task<int> Number() => Task.FromResult(_activation);

    public Task Write(string text)
    {
        state.State.Text = text;
        return state.WriteStateAsync();
    }

    public Task Clear() => state.ClearStateAsync();

    public async Task GoAfter(string gate)
    {
        DeactivateOnIdle();
        Gates.Count(gate);
        await Gates.Passed(gate);
    }

    public Task Hold(string gate) => Gates.Passed(gate);

    public async Task<int> LookAtAfter(string gate, string other)
    {
        Gates.Count(gate);
        await Gates.Passed(gate);
        return await GrainFactory.GetGrain<ILifeGrain>(other).Number();
    }

    public async Task<int> LookThroughAfter(string gate, string between, string other)
    {
        Gates.Count(gate);
        await Gates.Passed(gate);
        return await GrainFactory.GetGrain<ILifeGrain>(between).LookAtAfter(gate, other);
    }

    public async Task Record(int number)
    {
        var mine = Records.GetOrAdd(this.GetPrimaryKeyString(), _ => []);
        if (number % 7 == 0)
        {
            await Task.Yield();
        }

        mine.Add(number);
    }

    public Task Go()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task RecordAt(string other, int count)
    {
        var grain = GrainFactory.GetGrain<ILifeGrain>(other);
        var calls = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            calls.Add(grain.Record(i));
            if (i % 10 == 5)
            {
                calls.Add(grain.Go());
            }
        }

        return Task.WhenAll(calls);
    }
}

/// <summary>Kept in the default storage, by the base class.</summary>
public interface ICounterGrain : IGrainWithGuidKey
{
    Task<int> Next();

    Task Go();
}

public sealed class CounterGrain : Grain<CounterState>, ICounterGrain
{
    public async Task<int> Next()
    {
        State.Count++;
        await WriteStateAsync();
        return State.Count;
    }

    public Task Go()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

[GenerateSerializer]
public sealed class CounterState
{
    [Id(0)]
    public int Count { get; set; }
}

/// <summary>Never let go for being idle.</summary>
public interface ILastingGrain : IGrainWithStringKey
{
    Task<int> Look();
}

[CollectionAgeLimit(AlwaysActive = true)]
public sealed class LastingGrain : Grain, ILastingGrain
{
    private readonly int _activation = Gates.Count("lasting");

    public Task<int> Look() => Task.FromResult(_activation);
}
