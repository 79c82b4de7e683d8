using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Bourse.ApiHost.Cli.Load.Worker;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>
/// A market data feed: ticks at a steady rate over all symbols in turn, in order for each, with their planned time. A feed that is behind catches up, and the
/// ticks' age tells so.
/// </summary>
internal sealed class Feeder(LoadServer server, string[] symbols, double ticksPerSecond)
{
    /// <summary>Each lane has symbols of its own and one batch under way.</summary>
    private const int Lanes = 2;
    private const int MaxBatch = 2_000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private long _sent;
    private long _latestUs;

    public long Sent => Volatile.Read(ref _sent);

    /// <summary>How far it was behind at most, ms.</summary>
    public double MaxBehindMs => Volatile.Read(ref _latestUs) / 1_000.0;

    public void ForgetBehind() => Volatile.Write(ref _latestUs, 0);

    public Task Run(CancellationToken cancellation) => Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => Run(lane, cancellation), CancellationToken.None)));

    private async Task Run(int lane, CancellationToken cancellation)
    {
        string[] mine = [.. symbols.Where((_, i) => i % Lanes == lane)];
        var rate = ticksPerSecond * mine.Length / symbols.Length;
        var startUs = Gauge.NowUs;
        using var timer = new PeriodicTimer(Step);
        try
        {
            for (long next = 0; mine.Length > 0 && await timer.WaitForNextTickAsync(cancellation);)
            {
                var due = (long)((Gauge.NowUs - startUs) / 1e6 * rate);
                while (next < due)
                {
                    var count = (int)Math.Min(due - next, MaxBatch);
                    using var batch = Batch(mine, next, count, startUs, rate);
                    await server.Push(batch, cancellation);
                    var behind = Gauge.NowUs - startUs - (long)(next / rate * 1e6);
                    if (behind > Volatile.Read(ref _latestUs))
                    {
                        Volatile.Write(ref _latestUs, behind);
                    }

                    next += count;
                    Interlocked.Add(ref _sent, count);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // the load is over
        }
    }

    private static ByteArrayContent Batch(string[] symbols, long first, int count, long startUs, double rate)
    {
        var buffer = new ArrayBufferWriter<byte>(count * 128);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        for (var number = first; number < first + count; number++)
        {
            var size = 1 + (number % 1_000);
            json.WriteStartObject();
            json.WriteString("symbol"u8, symbols[number % symbols.Length]);
            json.WriteNumber("bid"u8, 99.95m);
            json.WriteNumber("bid_size"u8, size);
            json.WriteNumber("ask"u8, 100.05m);
            json.WriteNumber("ask_size"u8, size);
            json.WriteNumber("timestamp"u8, (startUs + (long)(number / rate * 1e6)) / 1_000);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        var content = new ByteArrayContent(buffer.WrittenSpan.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
