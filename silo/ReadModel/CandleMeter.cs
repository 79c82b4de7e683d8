using System.Diagnostics.Metrics;

namespace Bourse.Silo.ReadModel;

/// <summary>The candle store's instruments for measuring.</summary>
internal static class CandleMeter
{
    private static readonly Meter Meter = new("Bourse.Candles");

    public static readonly Counter<long> Written = Meter.CreateCounter<long>("bourse.candles.written", "{bar}", "Bars written, the same bar each time anew.");

    public static readonly Counter<long> Refused = Meter.CreateCounter<long>("bourse.candles.refused", "{bar}", "Bars that PostgreSQL cannot hold.");
}
