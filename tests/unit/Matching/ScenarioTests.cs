using System.Globalization;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Matching;

/// <summary>
/// The 13 recorded top-of-book scenarios. Their rules stand in <c>original_input_with_comments.csv</c>: one book a symbol, price 0 = market, F empties the books,
/// a line of no known form is passed over.
/// </summary>
public sealed class ScenarioTests
{
    private readonly Dictionary<string, OrderBook> _books = [];
    private readonly Dictionary<(int User, int Order), (string Symbol, long Id)> _orders = [];
    private readonly Dictionary<long, (int User, int Order)> _names = [];
    private readonly List<string> _output = [];

    public static TheoryData<int> Scenarios => [.. Enumerable.Range(1, 13)];

    [SharedDataTheory]
    [MemberData(nameof(Scenarios))]
    public void A_recorded_scenario_gives_its_expected_lines(int number)
    {
        var folder = SharedData.PathTo("scenarios", "top_of_book_13");
        foreach (var line in File.ReadLines(Path.Combine(folder, $"input{number}.csv"))) Run(line.Split(',', StringSplitOptions.TrimEntries));
        _output.ShouldBe(File.ReadAllLines(Path.Combine(folder, $"expected{number}.csv")).Where(line => line.Trim() != "").Select(line => line.Trim()));
    }

    private void Run(string[] fields)
    {
        switch (fields)
        {
            case ["F"]:
                _books.Clear();
                _orders.Clear();
                break;
            case ["N", var user, var symbol, var price, var quantity, var side, var order]:
                New((Number(user), Number(order)), symbol, Number(price), Number(quantity), side == "B" ? Side.Buy : Side.Sell);
                break;
            case ["C", var user, var order] when _orders.TryGetValue((Number(user), Number(order)), out var placed):
                _output.Add($"C, {user}, {order}");
                var book = _books[placed.Symbol];
                var before = Top(book);
                book.Cancel(placed.Id);
                TellTop(book, before);
                break;
        }
    }

    private void New((int User, int Order) name, string symbol, int price, int quantity, Side side)
    {
        if (!_books.TryGetValue(symbol, out var book)) _books[symbol] = book = new OrderBook();
        var id = _names.Count + 1;
        _names[id] = name;
        _orders[name] = (symbol, id);
        var before = Top(book);
        var type = price == 0 ? OrderType.Market : OrderType.Limit;
        var events = book.Submit(new NewOrder { Id = id, Side = side, Type = type, Tif = TimeInForce.Gtc, PriceTicks = price, QuantityLots = quantity });
        _output.Add($"A, {name.User}, {name.Order}");
        foreach (var e in events)
        {
            if (e.Kind != BookEventKind.Trade) continue;
            var (buy, sell) = side == Side.Buy ? (name, _names[e.MakerId]) : (_names[e.MakerId], name);
            _output.Add($"T, {buy.User}, {buy.Order}, {sell.User}, {sell.Order}, {e.PriceTicks}, {e.QuantityLots}");
        }

        TellTop(book, before);
        book.ValidateInternalState();
    }

    private void TellTop(OrderBook book, (string Bid, string Ask) before)
    {
        var now = Top(book);
        if (now.Bid != before.Bid) _output.Add($"B, B, {now.Bid}");
        if (now.Ask != before.Ask) _output.Add($"B, S, {now.Ask}");
    }

    private static (string Bid, string Ask) Top(OrderBook book) => (Show(book.BestBid), Show(book.BestAsk));

    private static string Show(PriceLevel level) => level.Orders == 0 ? "-, -" : $"{level.PriceTicks}, {level.QuantityLots}";

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
