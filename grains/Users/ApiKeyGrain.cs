using Bourse.GrainInterfaces.Users;
using Orleans.Placement;

namespace Bourse.Grains.Users;

/// <summary>See <see cref="IApiKeyGrain"/>.</summary>
[HashBasedPlacement]
public sealed class ApiKeyGrain(
    [PersistentState("api-key", UserStorage.Name)] IPersistentState<ApiKeyState> state, TimeProvider clock) : Grain, IApiKeyGrain
{
    private const long WindowMs = 30_000;
    private const int MaxSignatures = 200_000;
    private readonly Queue<(long TimestampMs, string Signature)> _order = new();
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private long _awakeSinceMs;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _awakeSinceMs = NowMs;
        return Task.CompletedTask;
    }

    public async Task<ApiKeyView> Create(CreateApiKey command)
    {
        if (state.RecordExists)
        {
            throw new InvalidOperationException("There is a key with this id already.");
        }

        await UserStorage.Save(
            state,
            new ApiKeyState { Key = new ApiKeyView(
                this.GetPrimaryKeyString(), command.UserId, command.Name, command.SealedHash, command.Scopes, command.Addresses, clock.GetUtcNow()) },
            this);
        return state.State.Key!;
    }

    public Task<ApiKeyView?> Get() => Task.FromResult(state.State.IsRevoked ? null : state.State.Key);

    public async Task Revoke()
    {
        if (state.RecordExists && !state.State.IsRevoked)
        {
            await UserStorage.Save(state, state.State with { IsRevoked = true }, this);
        }
    }

    public Task<bool> UseSignature(string signature, long timestampMs)
    {
        var now = NowMs;
        // What nobody may use any more need not be remembered.
        while (_order.TryPeek(out var oldest) && oldest.TimestampMs < now - (2 * WindowMs))
        {
            _used.Remove(_order.Dequeue().Signature);
        }

        // A key made a moment ago has no past that could be replayed.
        var earliest = Math.Max(now - WindowMs, state.State.Key?.CreatedAt.ToUnixTimeMilliseconds() > now - WindowMs ? 0 : _awakeSinceMs);
        if (timestampMs < earliest || timestampMs > now + WindowMs || _used.Count >= MaxSignatures || !_used.Add(signature))
        {
            return Task.FromResult(false);
        }

        // By the time of the use: one signed for later is remembered until it is too old too.
        _order.Enqueue((Math.Max(now, timestampMs), signature));
        return Task.FromResult(true);
    }

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>What is kept of a key; it stays when it is revoked, so that its id never comes back.</summary>
[GenerateSerializer, Alias("bourse.api-key-state")]
public sealed record ApiKeyState
{
    [Id(0)] public ApiKeyView? Key { get; init; }

    [Id(1)] public bool IsRevoked { get; init; }
}
