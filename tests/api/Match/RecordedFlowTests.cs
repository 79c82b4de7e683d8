using System.Globalization;
using Bourse.ApiHost.Cli.Match;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Api.Match;

/// <summary>The recorded NASDAQ flows: every fill and every listed best bid and offer.</summary>
public sealed class RecordedFlowTests
{
    private const string NoAsk = "9999999999,0";
    private const string NoBid = "-9999999999,0";

    [SharedDataTheory]
    [InlineData("msft_1000", 110)]
    [InlineData("aapl_10000", 701)]
    public void Every_fill_equals_the_recorded_one(string name, int fills)
    {
        var flow = Read(name);
        var run = new FlowRun(flow.Commands);
        run.Run(new OrderBook());

        var made = new List<string>();
        foreach (var trade in run.Trades)
        {
            made.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{trade.Command + 1},{flow.OrderNames[trade.TakerId]},{flow.OrderNames[trade.MakerId]},{(double)trade.PriceTicks / 100},{trade.QuantityLots}"));
        }

        made.Count.ShouldBe(fills);
        made.ShouldBe(File.ReadLines(SharedData.PathTo("flow", $"{name}_trades.csv")).Skip(1));
        run.Rejected.ShouldBe(0);
    }

    [SharedDataTheory]
    [InlineData("msft_1000", 920)]
    [InlineData("aapl_10000", 9820)]
    public void Every_listed_best_bid_and_offer_equals_the_recorded_one(string name, int lines)
    {
        var flow = Read(name);
        var book = new OrderBook();
        var tops = new List<string>();
        foreach (var command in flow.Commands)
        {
            new FlowRun([command]).Run(book);
            var (ask, bid) = (book.BestAsk, book.BestBid);
            tops.Add($"{(ask.Orders == 0 ? NoAsk : $"{ask.PriceTicks * 100},{ask.QuantityLots}")},{(bid.Orders == 0 ? NoBid : $"{bid.PriceTicks * 100},{bid.QuantityLots}")}");
        }

        book.ValidateInternalState();
        var listed = File.ReadLines(SharedData.PathTo("flow", $"{name}_bbo.csv")).Skip(1).Select(line => line.Split(',', 2)).ToList();
        listed.Count.ShouldBe(lines);
        foreach (var line in listed) tops[int.Parse(line[0], CultureInfo.InvariantCulture) - 1].ShouldBe(line[1], $"after command {line[0]}");
    }

    private static FlowFile Read(string name) => FlowReader.Read(File.ReadAllBytes(SharedData.PathTo("flow", $"{name}_flow.csv")), FlowScale.Default);
}
