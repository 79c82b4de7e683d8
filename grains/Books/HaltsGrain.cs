using Bourse.Domain.Books;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Books;
using Orleans.Placement;

namespace Bourse.Grains.Books;

/// <summary>See <see cref="IHaltsGrain"/>.</summary>
[HashBasedPlacement]
public sealed class HaltsGrain(TimeProvider time) : Grain, IHaltsGrain
{
    private const int MaxEnded = 1_000;

    private readonly Dictionary<string, SymbolHalt> _halts = new(StringComparer.Ordinal);

    // Begins where no earlier activation's count can be, so that a front end sees that this one is another.
    private long _version = time.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task Note(SymbolHalt halt)
    {
        var known = _halts.GetValueOrDefault(halt.Symbol);
        if (known is not null && (known with { Version = 0 }) == halt)
        {
            return;
        }

        if (halt.By.Length == 0 && halt.Code != BookHalt.OpeningCode)
        {
            // An opening is every day's business. What a person does is in the log already. A halt that goes on while this grain is made anew is there twice.
            await GrainFactory.GetGrain<IAuditGrain>(IAuditGrain.Key).Append(
                new AuditRecord(halt.IsHalted ? "symbol.halted" : "symbol.reopened", "platform", "", halt.Symbol, halt.Reason, halt.Code));
        }

        _halts[halt.Symbol] = halt with { Version = ++_version };
        if (_halts.Count > MaxEnded)
        {
            foreach (var ended in _halts.Values.Where(h => !h.IsHalted).OrderBy(h => h.Version).Take(_halts.Count - MaxEnded).ToArray())
            {
                _halts.Remove(ended.Symbol);
            }
        }
    }

    public Task<HaltList> Get(long knownVersion) =>
        Task.FromResult(new HaltList(_version, knownVersion == _version ? null : [.. _halts.Values]));
}
