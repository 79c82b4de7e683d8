using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Bench;

/// <summary>
/// <c>bench accounts</c>: what an order's whole life costs its account, one thread: looked up, checked, reserved, placed, filled in two parts, settled, and all its
/// events as bytes. The yardstick is the bytes alone: the same events encoded once more.
/// </summary>
internal static class AccountLife
{
    private const int Accounts = 200;
    private const int OrdersOfEach = 2_000;
    private const int Passes = 7;
    private const long StartMs = 1_781_524_800_000;

    private static readonly Instrument s_instrument = new(
        "AAPL", "Apple Inc.", AssetClass.Stock, "USD", 0.01m, 1m, 0.10m, "always", InstrumentStatus.Open, 0.0001m, 0.0002m);

    public static int Run(string[] args)
    {
        if (args.Length > 0)
        {
            Console.Error.WriteLine("usage: bench accounts");
            return 2;
        }

        Console.WriteLine($"accounts, one thread; {Environment.ProcessorCount} cores, {RuntimeInformation.OSArchitecture}, {RuntimeInformation.FrameworkDescription}, Bourse {typeof(Account).Assembly.GetName().Version}");
        Console.WriteLine($"{"limits",-10}{"best µs/order",15}{"median µs/order",17}{"encoding alone",16}{"bytes/order",13}{"allocated/order",17}{"kept/closed order",19}");
        Measure("trader", RiskLimits.Default);
        Measure("house", RiskLimits.House);
        return 0;
    }

    private static void Measure(string name, RiskLimits limits)
    {
        const int orders = Accounts * OrdersOfEach;
        var ids = new string[orders];
        for (var i = 0; i < orders; i++)
        {
            ids[i] = $"order-{i:D10}";
        }

        var costs = new double[Passes];
        var (encoding, bytes, allocated, kept) = (0.0, 0L, 0L, 0L);
        for (var pass = -1; pass < Passes; pass++)
        {
            var live = GC.GetTotalMemory(forceFullCollection: true);
            var accounts = Open();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            bytes = Trade(accounts, limits, ids);
            var cost = Stopwatch.GetElapsedTime(started).TotalMicroseconds / orders;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            kept = GC.GetTotalMemory(forceFullCollection: true) - live;
            GC.KeepAlive(accounts);
            if (pass >= 0)
            {
                costs[pass] = cost;
            }
        }

        encoding = EncodingAlone(limits, ids, orders);
        Array.Sort(costs);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-10}{costs[0],15:F2}{costs[Passes / 2],17:F2}{encoding,16:F2}{bytes / orders,13}{allocated / orders,17}{kept / (Accounts * Account.ClosedOrdersKept),19}"));
    }

    private static Account[] Open()
    {
        var accounts = new Account[Accounts];
        for (var i = 0; i < Accounts; i++)
        {
            accounts[i] = new Account($"account-{i}");
            foreach (var e in accounts[i].DecideOpen("user", "trader", "USD", 100_000_000m, StartMs))
            {
                accounts[i].Apply(e);
            }
        }

        return accounts;
    }

    /// <summary>A second of market time for each round, so that memory holds as many closed orders as it always does.</summary>
    private static long Trade(Account[] accounts, RiskLimits limits, string[] ids)
    {
        var journal = new ArrayBufferWriter<byte>(1 << 20);
        var events = new List<AccountEvent>();
        var bytes = 0L;
        for (var i = 0; i < ids.Length; i++)
        {
            Live(accounts[i % Accounts], limits, ids[i], i, events);
            foreach (var e in events)
            {
                AccountEventCodec.Write(journal, e);
            }

            if (journal.WrittenCount > 900_000)
            {
                bytes += journal.WrittenCount;
                journal.ResetWrittenCount();
            }
        }

        return bytes + journal.WrittenCount;
    }

    private static void Live(Account account, RiskLimits limits, string clientOrderId, int number, List<AccountEvent> events)
    {
        var round = number / Accounts;
        var nowMs = StartMs + (round * 1_000L);
        var request = new OrderRequest(
            "AAPL", round % 2 == 0 ? Side.Buy : Side.Sell, OrderType.Limit, TimeInForce.Gtc, 10m, 100.25m, null, false, false,
            SelfTradePrevention.CancelNewest, clientOrderId);
        account.FindByClientOrderId(clientOrderId, out _);
        var placed = account.DecidePlace(request, s_instrument, 100m, limits, new Guid(number, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8), nowMs).Event
            ?? throw new InvalidOperationException("an order of the benchmark was refused");
        events.Clear();
        account.Apply(placed);
        events.Add(placed);
        var report = account.LastReport("AAPL");
        ReadOnlySpan<BookReport> fills =
        [
            new(report + 1, placed.OrderId, BookReportKind.Fill, null, report + 1, 100.25m, 4m, 0.0802m, false, nowMs, 0),
            new(report + 2, placed.OrderId, BookReportKind.Fill, null, report + 2, 100.25m, 6m, 0.1203m, false, nowMs, 0),
        ];
        account.TakeReports("AAPL", fills, events);
    }

    private static double EncodingAlone(RiskLimits limits, string[] ids, int orders)
    {
        var account = Open()[0];
        var events = new List<AccountEvent>();
        Live(account, limits, ids[0], 0, events);
        var journal = new ArrayBufferWriter<byte>(1 << 20);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < orders; i++)
        {
            journal.ResetWrittenCount();
            foreach (var e in events)
            {
                AccountEventCodec.Write(journal, e);
            }
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / orders;
    }
}
