using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Bourse.Domain.Matching;

namespace Bourse.ApiHost.Cli.Match;

/// <summary>Reads an order-flow file that is in memory. One use.</summary>
public sealed class FlowReader
{
    private const string Header = "ts_ns,op,order_id,side,type,tif,price,qty,stop_price,account,flags";
    private const int Columns = 11;
    private const int MaxNameLength = 64;

    private readonly FlowScale _scale;
    private readonly Names _orders = new();
    private readonly Names _accounts = new();
    private readonly List<FlowCommand> _commands = [];
    private readonly List<long> _times = [];
    private int _reduceOnlyLines;
    private int _line;

    private FlowReader(FlowScale scale) => _scale = scale;

    /// <summary>Reads a whole file, UTF-8, lines ended by LF or CRLF.</summary>
    /// <exception cref="FlowFormatException">A line is not a command; which, and why.</exception>
    public static FlowFile Read(ReadOnlySpan<byte> text, FlowScale scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale.Tick);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale.Lot);
        return new FlowReader(scale).Read(text);
    }

    private FlowFile Read(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        if (!TakeLine(ref text).SequenceEqual(Encoding.ASCII.GetBytes(Header))) throw Bad($"the header must be {Header}");
        while (!text.IsEmpty) ReadCommand(TakeLine(ref text));
        return new FlowFile
        {
            Commands = [.. _commands],
            TimesNs = [.. _times],
            OrderNames = _orders.ToArray(),
            Scale = _scale,
            ReduceOnlyLines = _reduceOnlyLines,
        };
    }

    private ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> text)
    {
        _line++;
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[(end + 1)..];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private void ReadCommand(ReadOnlySpan<byte> line)
    {
        Span<Range> fields = stackalloc Range[Columns];
        var count = 0;
        foreach (var field in line.Split((byte)','))
        {
            if (count == Columns) throw Bad($"more than {Columns} fields");
            fields[count++] = field;
        }

        if (count != Columns) throw Bad($"{count} fields where {Columns} must be");
        if (!Utf8Parser.TryParse(line[fields[0]], out long time, out var used) || used != line[fields[0]].Length) throw Bad("ts_ns is not a whole number");

        var op = line[fields[1]] switch
        {
            [(byte)'N'] => FlowOp.New,
            [(byte)'X'] => FlowOp.Cancel,
            [(byte)'R'] => FlowOp.Replace,
            [(byte)'D'] => FlowOp.Decrease,
            var other => throw Bad($"op '{Show(other)}' is none of N, X, R, D"),
        };
        var order = new NewOrder
        {
            Id = Name(_orders, line[fields[2]], "order_id"),
            Side = ReadSide(line[fields[3]], required: op == FlowOp.New),
            Type = ReadType(line[fields[4]], required: op == FlowOp.New),
            Tif = ReadTif(line[fields[5]]),
            PriceTicks = ReadMultiple(line[fields[6]], "price", _scale.Tick, "tick", OrderBook.MaxPriceTicks),
            QuantityLots = ReadMultiple(line[fields[7]], "qty", _scale.Lot, "lot", OrderBook.MaxQuantityLots),
            StopPriceTicks = ReadMultiple(line[fields[8]], "stop_price", _scale.Tick, "tick", OrderBook.MaxPriceTicks),
            Account = line[fields[9]].IsEmpty ? 0 : (int)Name(_accounts, line[fields[9]], "account"),
            PostOnly = ReadFlags(line[fields[10]]),
        };
        Check(op, order);
        _commands.Add(new FlowCommand(op, order));
        _times.Add(time);
    }

    /// <summary>What the op needs, and what the book would refuse whatever stands in it.</summary>
    private void Check(FlowOp op, in NewOrder order)
    {
        switch (op)
        {
            case FlowOp.New:
                if (order.QuantityLots == 0) throw Bad("qty is missing or 0");
                var isStop = order.Type is OrderType.Stop or OrderType.StopLimit;
                var hasLimit = order.Type is OrderType.Limit or OrderType.StopLimit;
                if (hasLimit && order.PriceTicks == 0) throw Bad("price is missing or 0");
                if (isStop && order.StopPriceTicks == 0) throw Bad("stop_price is missing or 0");
                if (!isStop && order.StopPriceTicks != 0) throw Bad("stop_price on an order that is not a stop");
                if (order.PostOnly && (!hasLimit || order.Tif > TimeInForce.Gtc)) throw Bad("post_only on an order that cannot rest");
                break;
            case FlowOp.Replace:
                if (order.PriceTicks == 0 && order.QuantityLots == 0 && order.StopPriceTicks == 0) throw Bad("a replace needs a price, a qty or a stop_price");
                break;
            case FlowOp.Decrease:
                if (order.QuantityLots == 0) throw Bad("qty is missing or 0");
                break;
        }
    }

    private Side ReadSide(ReadOnlySpan<byte> text, bool required) => text switch
    {
        [(byte)'B'] => Side.Buy,
        [(byte)'S'] => Side.Sell,
        [] when !required => 0,
        _ => throw Bad($"side '{Show(text)}' is neither B nor S"),
    };

    private OrderType ReadType(ReadOnlySpan<byte> text, bool required)
    {
        if (text.SequenceEqual("limit"u8)) return OrderType.Limit;
        if (text.SequenceEqual("market"u8)) return OrderType.Market;
        if (text.SequenceEqual("stop"u8)) return OrderType.Stop;
        if (text.SequenceEqual("stop_limit"u8)) return OrderType.StopLimit;
        if (text.IsEmpty && !required) return 0;
        throw Bad($"type '{Show(text)}' is none of limit, market, stop, stop_limit");
    }

    private TimeInForce ReadTif(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.SequenceEqual("gtc"u8)) return TimeInForce.Gtc;
        if (text.SequenceEqual("ioc"u8)) return TimeInForce.Ioc;
        if (text.SequenceEqual("fok"u8)) return TimeInForce.Fok;
        if (text.SequenceEqual("day"u8)) return TimeInForce.Day;
        throw Bad($"tif '{Show(text)}' is none of gtc, day, ioc, fok");
    }

    /// <summary>True for post_only.</summary>
    private bool ReadFlags(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return false;
        var postOnly = false;
        foreach (var range in text.Split((byte)'|'))
        {
            var flag = text[range];
            if (flag.SequenceEqual("post_only"u8)) postOnly = true;
            else if (flag.SequenceEqual("reduce_only"u8)) _reduceOnlyLines++;
            else throw Bad($"flag '{Show(flag)}' is neither post_only nor reduce_only");
        }

        return postOnly;
    }

    /// <summary>A decimal as a whole number of ticks or lots; empty = 0.</summary>
    private long ReadMultiple(ReadOnlySpan<byte> text, string field, decimal unit, string unitName, long max)
    {
        if (text.IsEmpty) return 0;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) throw Bad($"{field} '{Show(text)}' is not a decimal number");
        if (value / max > unit) throw Bad($"{field} {Show(text)} is more than {max} {unitName}s");
        if (value % unit != 0) throw Bad($"{field} {Show(text)} is not a multiple of the {unitName} {unit.ToString(CultureInfo.InvariantCulture)}");
        return (long)(value / unit);
    }

    private long Name(Names names, ReadOnlySpan<byte> text, string field)
    {
        if (text.IsEmpty) throw Bad($"{field} is missing");
        if (text.Length > MaxNameLength) throw Bad($"{field} is longer than {MaxNameLength} bytes");
        return names.NumberOf(text);
    }

    private FlowFormatException Bad(string why) => new(_line, why);

    private static string Show(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text.Length <= MaxNameLength ? text : text[..MaxNameLength]);

    /// <summary>Numbers names from 1 in the order in which they appear.</summary>
    private sealed class Names
    {
        private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

        public Names() => _bySpan = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

        public int NumberOf(ReadOnlySpan<byte> utf8)
        {
            Span<char> name = stackalloc char[MaxNameLength];
            name = name[..Encoding.UTF8.GetChars(utf8, name)];
            if (_bySpan.TryGetValue(name, out var number)) return number;
            number = _numbers.Count + 1;
            _bySpan[name] = number;
            return number;
        }

        /// <summary>The names by number; index 0 is empty.</summary>
        public string[] ToArray()
        {
            var names = new string[_numbers.Count + 1];
            names[0] = "";
            foreach (var (name, number) in _numbers) names[number] = name;
            return names;
        }
    }
}
