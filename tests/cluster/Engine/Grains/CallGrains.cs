using System.Diagnostics;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Grains;

[GenerateSerializer, Immutable, Alias("Tests.Parcel")]
public sealed record Parcel(string Text, long Number);

/// <summary>Answers, fails, waits.</summary>
public interface ICallGrain : IGrainWithStringKey
{
    Task<Parcel> Echo(Parcel parcel);

    ValueTask<int> Add(int left, int right);

    ValueTask Touch();

    Task Fail(string why);

    Task FailBeforeAnyAwait(string why);

    /// <summary>Waits at a gate or for the token; counts those that began.</summary>
    Task Wait(string gate, CancellationToken cancellationToken = default);

    /// <summary>Does not look at its token.</summary>
    Task WaitDeaf(string gate, CancellationToken cancellationToken);

    [ResponseTimeout("00:00:00.5")]
    Task WaitBriefly(string gate);

    [OneWay]
    Task Tell(string gate, string count);

    Task<string?> Seen(string key);

    Task<string?> SeenBehind(string key, string other);

    Task Overwrite(string key, string value);

    Task<string?> TraceId();
}

public sealed class CallGrain : Grain, ICallGrain
{
    public Task<Parcel> Echo(Parcel parcel) => Task.FromResult(parcel);

    public async ValueTask<int> Add(int left, int right)
    {
        await Task.Yield();
        return left + right;
    }

    public ValueTask Touch() => default;

    public async Task Fail(string why)
    {
        await Task.Yield();
        throw new InvalidOperationException(why);
    }

    public Task FailBeforeAnyAwait(string why) => throw new InvalidOperationException(why);

    public async Task Wait(string gate, CancellationToken cancellationToken)
    {
        Gates.Count(gate);
        await Gates.Passed(gate).WaitAsync(cancellationToken);
    }

    public async Task WaitDeaf(string gate, CancellationToken cancellationToken)
    {
        Gates.Count(gate);
        await Gates.Passed(gate);
    }

    public Task WaitBriefly(string gate) => Gates.Passed(gate);

    public async Task Tell(string gate, string count)
    {
        await Gates.Passed(gate);
        Gates.Count(count);
        throw new InvalidOperationException("nobody hears of it");
    }

    public Task<string?> Seen(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public Task<string?> SeenBehind(string key, string other) => GrainFactory.GetGrain<ICallGrain>(other).Seen(key);

    public async Task Overwrite(string key, string value)
    {
        RequestContext.Set(key, value);
        (await GrainFactory.GetGrain<ICallGrain>("behind").Seen(key)).ShouldBe(value);
    }

    public Task<string?> TraceId() => Task.FromResult(Activity.Current?.TraceId.ToString());
}
