using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Bourse.GrainInterfaces.Instruments;

namespace Bourse.Silo.MarketData;

/// <summary>Plays recorded tick files, merged by time, as fast as they were recorded, faster, slower, or as fast as it goes.</summary>
public sealed class ReplaySource(ReplaySource.Settings settings, TimeProvider time) : IMarketDataSource
{
    private const int MaxBatch = 2_048;
    private const long DayMs = 24L * 60 * 60 * 1000;

    /// <summary>Ticks due within one of these go together; timers are not finer anyway.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(5);

    private readonly HashSet<string> _wanted = new(settings.Symbols, StringComparer.Ordinal);
    private long _ticks;
    private long _position;
    private long _length;

    /// <param name="Symbols">Only these; empty = all.</param>
    public sealed record Settings(IReadOnlyList<string> Files, ReplaySpeed Speed, bool Loop, IReadOnlyList<string> Symbols);

    public IReadOnlyList<string> Symbols => [];

    /// <summary>Ticks given so far. Safe for any thread.</summary>
    public long Ticks => Volatile.Read(ref _ticks);

    /// <summary>How far the present pass through the files is, from 0 to 1. Safe for any thread.</summary>
    public double Progress => Volatile.Read(ref _length) is > 0 and var length ? Math.Min(1, (double)Volatile.Read(ref _position) / length) : 0;

    public InstrumentView Describe(string symbol) => InstrumentDefaults.For(symbol);

    /// <inheritdoc/>
    /// <exception cref="TickFileException">A line cannot be read; every tick before it was given.</exception>
    public async IAsyncEnumerable<IReadOnlyList<SymbolTick>> Read([EnumeratorCancellation] CancellationToken cancellation)
    {
        var pace = new Pace(settings.Speed, time);
        var shiftMs = 0L;
        while (true)
        {
            var (firstMs, lastMs) = (long.MaxValue, long.MinValue);
            await foreach (var batch in ReadOnce(pace, shiftMs, cancellation))
            {
                firstMs = Math.Min(firstMs, batch[0].Tick.TimestampMs);
                lastMs = Math.Max(lastMs, batch[^1].Tick.TimestampMs);
                yield return batch;
            }

            if (!settings.Loop || lastMs < firstMs)
            {
                yield break;
            }

            // The next pass goes on in time, so that charts do; never into the future.
            var step = ((lastMs - firstMs) / DayMs * DayMs) + DayMs;
            shiftMs += lastMs + step <= time.GetUtcNow().ToUnixTimeMilliseconds() ? step : -shiftMs;
            pace = new Pace(settings.Speed, time);
        }
    }

    private async IAsyncEnumerable<List<SymbolTick>> ReadOnce(Pace pace, long shiftMs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var files = TickFileMerge.Open(settings.Files);
        Volatile.Write(ref _length, files.Length);
        var batch = new List<SymbolTick>(MaxBatch);
        ExceptionDispatchInfo? fault = null;
        while (Next() is { } tick)
        {
            var wait = pace.UntilDue(tick.Tick.TimestampMs);
            if (batch.Count > 0 && (batch.Count == MaxBatch || wait > TimeSpan.Zero))
            {
                yield return Give(batch, files);
                batch.Clear();
                wait = pace.UntilDue(tick.Tick.TimestampMs);
            }

            // A timer may go off a little early.
            for (; wait > TimeSpan.Zero; wait = pace.UntilDue(tick.Tick.TimestampMs))
            {
                await Task.Delay(wait < Slice ? Slice : wait, time, cancellation);
            }

            cancellation.ThrowIfCancellationRequested();
            batch.Add(tick);
        }

        if (batch.Count > 0)
        {
            yield return Give(batch, files);
        }

        fault?.Throw();

        SymbolTick? Next()
        {
            try
            {
                return TryRead(files, shiftMs, out var tick) ? tick : null;
            }
            catch (TickFileException exception)
            {
                // Thrown again once the ticks before the bad line are given.
                fault = ExceptionDispatchInfo.Capture(exception);
                return null;
            }
        }
    }

    private bool TryRead(TickFileMerge files, long shiftMs, out SymbolTick tick)
    {
        while (files.TryRead(out tick))
        {
            if (_wanted.Count == 0 || _wanted.Contains(tick.Symbol))
            {
                tick = shiftMs == 0 ? tick : tick with { Tick = tick.Tick with { TimestampMs = tick.Tick.TimestampMs + shiftMs } };
                return true;
            }
        }

        return false;
    }

    private List<SymbolTick> Give(List<SymbolTick> batch, TickFileMerge files)
    {
        Volatile.Write(ref _ticks, _ticks + batch.Count);
        Volatile.Write(ref _position, files.Position);
        return batch;
    }

    /// <summary>Tells when recorded times fall due: the first at once, the others after it at the speed.</summary>
    private sealed class Pace(ReplaySpeed speed, TimeProvider time)
    {
        private long _startedAt;
        private long _firstMs = long.MinValue;

        public TimeSpan UntilDue(long timestampMs)
        {
            if (speed.Factor is not { } factor)
            {
                return TimeSpan.Zero;
            }

            if (_firstMs == long.MinValue)
            {
                (_firstMs, _startedAt) = (timestampMs, time.GetTimestamp());
            }

            return TimeSpan.FromMilliseconds((timestampMs - _firstMs) / factor) - time.GetElapsedTime(_startedAt);
        }
    }
}
