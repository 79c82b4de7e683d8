using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Bourse.Domain.Accounts;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>Writes a batch's orders: new ones straight into their month's partition, changes of older ones by an update there.</summary>
internal sealed class OrderRows(MonthlyPartitions partitions)
{
    private const string Other = "orders_other";
    private const int FirstYear = 2000;
    private const int LastYear = 2199;
    private const int MaxKeptParts = 3;

    private readonly CopyBuffer _buffer = new();
    private readonly Dictionary<int, OrderPart> _parts = [];
    private OrderChange[] _changes = new OrderChange[256];

    /// <summary>Sorts a batch's orders by partition, which is made where missing: before the transaction, so that it never waits for one.</summary>
    public IReadOnlyCollection<OrderPart> Split(ReadModelBatch batch, CancellationToken cancellation)
    {
        if (_parts.Count > MaxKeptParts)
        {
            _parts.Clear();
        }

        foreach (var part in _parts.Values)
        {
            part.Clear();
        }

        Sort(batch.Orders.All);
        foreach (var part in _parts.Values)
        {
            part.Partition ??= part.Time is { } time ? partitions.EnsureBlocking("orders", time, cancellation) : Other;
        }

        return _parts.Values;
    }

    /// <summary>Writes those that were placed in the batch.</summary>
    public void Insert(NpgsqlConnection connection, ReadModelBatch batch, OrderPart part)
    {
        if (part.Placed.Count != 0)
        {
            LayOut(batch, part);
            RawCopy.Write(
                connection,
                $"""
                COPY {part.Partition} (account_key, client_key, id, created_at, updated_at, seq, side, type, time_in_force, self_trade, status, post_only, reduce_only,
                account, client_order_id, symbol, quantity, filled_quantity, filled_average_price, limit_price, stop_price, reject_code, advanced)
                FROM STDIN (FORMAT BINARY)
                """,
                _buffer.Written);
        }
    }

    /// <summary>Adds the update of those that were placed before the batch, if there are any.</summary>
    public void AddUpdate(NpgsqlBatch statements, ReadModelBatch batch, OrderPart part)
    {
        var changed = part.Changed.Sorted();
        if (changed.Length > _changes.Length)
        {
            _changes = new OrderChange[Math.Max(changed.Length, _changes.Length * 2)];
        }

        for (var i = 0; i < changed.Length; i++)
        {
            _changes[i] = batch.Orders.All[changed[i]];
        }

        part.Update.AddTo(statements, _changes.AsSpan(0, changed.Length));
    }

    /// <summary>The time that an order's id carries; null when no clock made it.</summary>
    public static DateTimeOffset? TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var ms = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        if (id.Version != 7 || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return null;
        }

        var time = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        return time.Year is >= FirstYear and <= LastYear ? time : null;
    }

    private void Sort(ReadOnlySpan<OrderChange> orders)
    {
        for (var i = 0; i < orders.Length; i++)
        {
            ref readonly var order = ref orders[i];
            var time = TimeOf(order.Id);
            ref var part = ref CollectionsMarshal.GetValueRefOrAddDefault(_parts, time is { } known ? MonthlyPartitions.MonthNumber(known.UtcDateTime) : -1, out _);
            part ??= new OrderPart(time);
            (order.PlacedSymbol is null ? part.Changed : part.Placed).Add(order.Account.Fingerprint, i);
        }
    }

    private void LayOut(ReadModelBatch batch, OrderPart part)
    {
        _buffer.Begin();
        foreach (var place in part.Placed.Sorted())
        {
            Write(batch, batch.Orders.All[place]);
        }

        _buffer.End();
    }

    private void Write(ReadModelBatch batch, in OrderChange order)
    {
        var clientOrderId = batch.ClientOrderId(order);
        _buffer.BeginRow(23);
        _buffer.Write(order.Account.Fingerprint);
        _buffer.Write(Fingerprint.Of(order.Account.Fingerprint, clientOrderId));
        _buffer.Write(order.Id);
        _buffer.WriteTimeMs(order.PlacedAtMs);
        _buffer.WriteTimeMs(order.UpdatedAtMs);
        _buffer.Write(order.Seq);
        _buffer.Write((short)order.Side);
        _buffer.Write((short)order.Type);
        _buffer.Write((short)order.TimeInForce);
        _buffer.Write((short)order.SelfTradePrevention);
        _buffer.Write((short)(order.Status ?? OrderStatus.PendingNew));
        _buffer.Write(order.PostOnly);
        _buffer.Write(order.ReduceOnly);
        _buffer.WriteUtf8(order.Account.Utf8);
        _buffer.WriteUtf8(clientOrderId);
        _buffer.WriteUtf8(order.PlacedSymbol!.Utf8);
        _buffer.Write(order.Quantity);
        _buffer.Write(order.FilledQuantity ?? 0);
        _buffer.Write(order.FilledAveragePrice);
        _buffer.Write(order.LimitPrice);
        _buffer.Write(order.StopPrice);
        if (order.RejectCode is { } code)
        {
            _buffer.WriteUtf8(code.Utf8);
        }
        else
        {
            _buffer.WriteNull();
        }

        _buffer.WriteOrNull(AdvancedJson.Of(order.Advanced));
    }
}
