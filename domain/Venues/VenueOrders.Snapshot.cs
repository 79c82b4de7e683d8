using System.Buffers;
using Bourse.Domain.Books;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Venues;

/// <summary>How the state is kept and brought back.</summary>
public sealed partial class VenueOrders
{
    private const byte SnapshotVersion = 1;

    /// <summary>Writes the whole state; the same history gives the same bytes.</summary>
    public void Save(IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        writer.WriteByte(SnapshotVersion);
        writer.WriteCount(Version);
        BookJournal.WriteTermsBody(ref writer, Terms);
        writer.WriteString(Venue);
        writer.WriteCount(LastTrade);
        writer.WriteCount(_accounts.Count);
        foreach (var account in _accounts)
        {
            TradingBook.SaveAccount(ref writer, account);
        }

        var orders = _orders.Values.OrderBy(o => o.Id).ToArray();
        writer.WriteCount(orders.Length);
        foreach (var order in orders)
        {
            SaveOrder(ref writer, order);
        }

        writer.Flush();
    }

    /// <summary>Brings back what <see cref="Save"/> wrote. Throws <see cref="WireFormatException"/> on other bytes.</summary>
    public static VenueOrders Load(string symbol, ReadOnlySpan<byte> state)
    {
        var reader = new WireReader(state);
        if (reader.ReadByte() is var version && version != SnapshotVersion)
        {
            throw new WireFormatException($"A venue's snapshot of version {version} is unknown.");
        }

        var orders = new VenueOrders(symbol)
        {
            Version = reader.ReadCount(),
            Terms = BookJournal.ReadTermsBody(ref reader),
            Venue = reader.ReadString(),
            LastTrade = reader.ReadCount(),
        };
        var accounts = reader.ReadLength();
        for (var number = 1; number <= accounts; number++)
        {
            orders.Add(TradingBook.LoadAccount(ref reader, number));
        }

        for (var left = reader.ReadLength(); left > 0; left--)
        {
            var order = LoadOrder(ref reader);
            orders._orders.Add(order.Id, order);
        }

        return orders;
    }

    private static void SaveOrder(ref WireWriter writer, VenueOrder order)
    {
        SubmitOrderCodec.Write(ref writer, order.Submitted);
        writer.WriteCount(order.AccountNumber);
        writer.WriteCount(order.PriceTicks);
        writer.WriteCount(order.QuantityLots);
        writer.WriteCount(order.StopPriceTicks);
        writer.WriteCount(order.Revision);
        writer.WriteString(order.VenueId);
        writer.WriteBool(order.IsHeld);
        writer.WriteBool(order.CancelIsWanted);
        writer.WriteDecimal(order.Filled);
        writer.WriteDecimal(order.FilledBefore);
        writer.WriteBool(order.Replacement is not null);
        if (order.Replacement is { } replacement)
        {
            writer.WriteCount(replacement.Revision);
            writer.WriteCount(replacement.PriceTicks);
            writer.WriteCount(replacement.QuantityLots);
            writer.WriteCount(replacement.StopPriceTicks);
        }

        writer.WriteCount(order.Executions.Count);
        foreach (var execution in order.Executions.Order(StringComparer.Ordinal))
        {
            writer.WriteString(execution);
        }
    }

    private static VenueOrder LoadOrder(ref WireReader reader)
    {
        var submitted = SubmitOrderCodec.Read(ref reader);
        var order = new VenueOrder(submitted, (int)reader.ReadCount())
        {
            PriceTicks = reader.ReadCount(),
            QuantityLots = reader.ReadCount(),
            StopPriceTicks = reader.ReadCount(),
            Revision = (int)reader.ReadCount(),
            VenueId = reader.ReadString(),
            IsHeld = reader.ReadBool(),
            CancelIsWanted = reader.ReadBool(),
            Filled = reader.ReadDecimal(),
            FilledBefore = reader.ReadDecimal(),
            Replacement = reader.ReadBool()
                ? new VenueReplacement((int)reader.ReadCount(), reader.ReadCount(), reader.ReadCount(), reader.ReadCount())
                : null,
        };
        for (var left = reader.ReadLength(); left > 0; left--)
        {
            order.Note(reader.ReadString());
        }

        return order;
    }
}
