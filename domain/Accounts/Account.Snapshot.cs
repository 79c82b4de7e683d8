using System.Buffers;
using Bourse.Domain.Ledger;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    private const byte PlainFormat = 1;

    // With the dead man's switch, at the end.
    private const byte SwitchedFormat = 2;

    // With the dead man's switch and the day that risk rules ask for, at the end; of its day trades the days of UTC.
    private const byte DaysFormat = 20;

    // The same, with the sessions that day trades are counted by.
    private const byte WatchedFormat = 21;

    /// <summary>Writes the whole state; the same events always make the same bytes.</summary>
    public void Save(IBufferWriter<byte> output)
    {
        var w = new WireWriter(output);
        w.WriteByte(_day is not null ? WatchedFormat : CancelAllAtMs == 0 ? PlainFormat : SwitchedFormat);
        w.WriteCount(Version);
        w.WriteCount(OrderSeq);
        w.WriteBool(IsOpen);
        w.WriteString(UserId);
        w.WriteString(Kind);
        w.WriteString(Currency);
        w.WriteBool(MayOverdraw);
        w.WriteBool(MayShort);
        w.WriteCount(_references.InOrder.Count);
        foreach (var reference in _references.InOrder)
        {
            w.WriteString(reference);
        }

        _older.Save(ref w);
        SaveBalances(ref w);
        var links = SortedLinks();
        SaveLinks(ref w, links);
        w.WriteCount(_orders.Count);
        foreach (var order in GetOpenOrders())
        {
            OrderCodec.Write(ref w, order);
        }

        _closed.Save(ref w);
        foreach (var link in links)
        {
            SaveUnresolved(ref w, link);
        }

        if (CancelAllAtMs != 0 || _day is not null)
        {
            w.WriteCount(CancelAllAtMs);
        }

        _day?.Save(ref w);

        w.Flush();
    }

    /// <summary>The account whose <see cref="Save"/> made these bytes.</summary>
    /// <exception cref="WireFormatException">The bytes are no such snapshot.</exception>
    public static Account Load(string id, ReadOnlySpan<byte> bytes)
    {
        var r = new WireReader(bytes);
        var format = r.ReadByte();
        if (format is not (PlainFormat or SwitchedFormat or DaysFormat or WatchedFormat))
        {
            throw new WireFormatException($"A snapshot of an account has no format {format}.");
        }

        var account = new Account(id)
        {
            Version = r.ReadCount(),
            OrderSeq = r.ReadCount(),
            IsOpen = r.ReadBool(),
            UserId = r.ReadString(),
            Kind = r.ReadString(),
            Currency = r.ReadString(),
            MayOverdraw = r.ReadBool(),
            MayShort = r.ReadBool(),
        };
        for (var left = r.ReadLength(); left > 0; left--)
        {
            account._references.Add(r.ReadString());
        }

        account._older.Load(ref r);
        account.LoadBalances(ref r);
        account.LoadLinks(ref r);
        account.LoadOrders(ref r);
        foreach (var link in account.SortedLinks())
        {
            account.LoadUnresolved(ref r, link);
        }

        if (format != PlainFormat)
        {
            account.CancelAllAtMs = r.ReadCount();
        }

        if (format >= DaysFormat)
        {
            account._day = RiskDay.Load(ref r, hasSessions: format == WatchedFormat);
        }

        return r.IsAtEnd ? account : throw new WireFormatException("Bytes follow a snapshot's end.");
    }

    private BookLink[] SortedLinks()
    {
        var links = new BookLink[_links.Count];
        _links.Values.CopyTo(links, 0);
        Array.Sort(links, static (a, b) => string.CompareOrdinal(a.Symbol, b.Symbol));
        return links;
    }

    private void SaveBalances(ref WireWriter w)
    {
        var balances = new AssetBalance[_balances.Count];
        _balances.Values.CopyTo(balances, 0);
        Array.Sort(balances, static (a, b) => string.CompareOrdinal(a.Asset, b.Asset));
        w.WriteCount(balances.Length);
        foreach (var balance in balances)
        {
            w.WriteString(balance.Asset);
            w.WriteDecimal(balance.Free);
            w.WriteDecimal(balance.Held);
            w.WriteDecimal(balance.Outside);
            w.WriteDecimal(balance.Clearing);
            w.WriteDecimal(balance.Fees);
        }
    }

    private void LoadBalances(ref WireReader r)
    {
        for (var left = r.ReadLength(); left > 0; left--)
        {
            BalanceOf(r.ReadString()).Restore(r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimal());
        }
    }

    private static void SaveLinks(ref WireWriter w, BookLink[] links)
    {
        w.WriteCount(links.Length);
        foreach (var link in links)
        {
            w.WriteString(link.Symbol);
            w.WriteString(link.Cash.Asset);
            w.WriteDecimal(link.Position.Quantity);
            w.WriteDecimal(link.Position.Cost);
            w.WriteDecimal(link.Position.RealizedProfit);
            w.WriteCount(link.LastReport);
            w.WriteCount(link.LastCommand);
        }
    }

    private void LoadLinks(ref WireReader r)
    {
        for (var left = r.ReadLength(); left > 0; left--)
        {
            var link = LinkOf(r.ReadString(), r.ReadString());
            link.Position = new Position(r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimal());
            link.LastReport = r.ReadCount();
            link.LastCommand = r.ReadCount();
        }
    }

    private void LoadOrders(ref WireReader r)
    {
        for (var left = r.ReadLength(); left > 0; left--)
        {
            var order = LoadOrder(ref r);
            if (!order.IsOpen || !_links.TryGetValue(order.Symbol, out var link))
            {
                throw new WireFormatException($"Order {order.Id} in a snapshot is not open, or of a symbol that is not there.");
            }

            if (!TryAddClientId(order))
            {
                throw new WireFormatException($"Order {order.Id} in a snapshot has the client order id of another.");
            }

            _orders.Add(order.Id, order);
            link.AddExposure(order, order.ExposedQuantity);
        }

        foreach (var order in _orders.Values)
        {
            Attach(order);
        }

        for (var left = r.ReadLength(); left > 0; left--)
        {
            var order = LoadOrder(ref r);
            order.ClientIdHash = HashOf(order.ClientOrderId);
            AddClosed(order);
        }
    }

    private Order LoadOrder(ref WireReader r)
    {
        var order = OrderCodec.Read(ref r);
        return FindByClientOrderId(order.ClientOrderId, out _) != ClientIdLookup.Found && !_orders.ContainsKey(order.Id)
            ? order
            : throw new WireFormatException($"Order {order.Id} stands twice in a snapshot.");
    }

    private static void SaveUnresolved(ref WireWriter w, BookLink link)
    {
        var unresolved = link.Unresolved();
        w.WriteCount(unresolved.Count);
        foreach (var command in unresolved)
        {
            w.WriteCount(command.CommandNumber);
            w.WriteGuid(command.OrderId);
            w.WriteCount(command.Revision);
            w.WriteDecimal(command.BookPrice);
            w.WriteDecimal(command.Quantity);
            w.WriteDecimalOrNull(command.StopPrice);
        }
    }

    private void LoadUnresolved(ref WireReader r, BookLink link)
    {
        for (var left = r.ReadLength(); left > 0; left--)
        {
            var number = r.ReadCount();
            var orderId = r.ReadGuid();
            var revision = r.ReadCount32();
            var (bookPrice, quantity, stopPrice) = (r.ReadDecimal(), r.ReadDecimal(), r.ReadDecimalOrNull());

            // An order has these terms itself until its book answers. One whose replace was not answered may have left memory.
            link.AddUnresolved(
                revision == 0
                    ? new PendingCommand(
                        orderId, FindOrder(orderId) ?? throw new WireFormatException($"Order {orderId} is not in its snapshot."), null)
                    : new PendingCommand(orderId, null, new PendingReplace(revision, number, quantity, bookPrice, stopPrice, null, FeeRate: 0)));
        }
    }
}
