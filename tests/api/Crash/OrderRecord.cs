using System.Text.Json;

namespace Bourse.Tests.Api.Crash;

/// <summary>
/// What one trader was told, answers and events alike. Not safe for two threads: every change is made under the trader's lock.
/// </summary>
public sealed class OrderRecord
{
    private readonly Dictionary<string, JsonElement> _acknowledged = [];
    private readonly List<JsonElement> _updates = [];

    /// <summary>The newest state that an answer told of each order, by its id.</summary>
    public IReadOnlyDictionary<string, JsonElement> Acknowledged => _acknowledged;

    /// <summary>Every event of the order channel, in the order in which it came.</summary>
    public IReadOnlyList<JsonElement> Updates => _updates;

    public long LastSeq => _updates.Count;

    public void Answered(JsonElement order)
    {
        var id = Text(order, "id");
        if (!_acknowledged.TryGetValue(id, out var known) || Seq(known) <= Seq(order))
        {
            _acknowledged[id] = order;
        }
    }

    /// <summary>Takes the next event; its number must be the next one.</summary>
    public void Heard(JsonElement update)
    {
        Seq(update).ShouldBe(LastSeq + 1, "the order channel left an event out, or brought one twice");
        _updates.Add(update);
    }

    /// <summary>Every fill that an event told: order, trade, price, quantity and fee.</summary>
    public IEnumerable<(string Order, string Trade, decimal Price, decimal Qty, decimal Fee)> Fills() =>
        from update in _updates
        where update.TryGetProperty("fill", out _)
        let fill = update.GetProperty("fill")
        select (Text(update.GetProperty("order"), "id"), Text(fill, "trade_id"), Number(fill, "price"), Number(fill, "qty"), Number(fill, "fee"));

    /// <summary>Checks that a stored order is at least as far as an answer had told.</summary>
    public static void ShouldHold(JsonElement stored, JsonElement told)
    {
        foreach (var field in new[] { "id", "client_order_id", "symbol", "side", "type", "time_in_force", "created_at" })
        {
            Text(stored, field).ShouldBe(Text(told, field));
        }

        Seq(stored).ShouldBeGreaterThanOrEqualTo(Seq(told));
        Number(stored, "filled_qty").ShouldBeGreaterThanOrEqualTo(Number(told, "filled_qty"));
        if (HasEnded(told))
        {
            AtItsEnd(stored).ShouldBe(AtItsEnd(told), "an order that has ended changes no more");
        }
    }

    public static bool HasEnded(JsonElement order) => Text(order, "status") is "filled" or "canceled" or "expired" or "rejected";

    /// <summary>The other orders of a group, where they stand with the one that began it.</summary>
    public static IEnumerable<JsonElement> Legs(JsonElement order) =>
        order.TryGetProperty("legs", out var legs) && legs.ValueKind == JsonValueKind.Array ? legs.EnumerateArray() : [];

    // Its legs go on when an entry has ended, and lists leave them out; and an answer tells no number of the channel that is not durable yet, but one below it.
    private static string AtItsEnd(JsonElement order) =>
        JsonSerializer.Serialize(order.EnumerateObject().Where(p => p.Name is not ("legs" or "seq")).ToDictionary(p => p.Name, p => p.Value));

    public static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static decimal Number(JsonElement element, string name) => decimal.Parse(Text(element, name), System.Globalization.CultureInfo.InvariantCulture);

    private static long Seq(JsonElement element) => element.GetProperty("seq").GetInt64();
}
