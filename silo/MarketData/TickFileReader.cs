using System.Text;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Instruments;

namespace Bourse.Silo.MarketData;

/// <summary>
/// Reads a tick file: a CSV with the header <c>timestamp,symbol,price,size,bid,bid_size,ask,ask_size</c>, times in ms since 1970 UTC, empty
/// where the source did not say. Decimals are read exactly. Reads ahead by one buffer; not thread-safe.
/// </summary>
public sealed class TickFileReader : IDisposable
{
    private const string Header = "timestamp,symbol,price,size,bid,bid_size,ask,ask_size";
    private const int MaxLine = 1_024;

    private readonly FileStream _stream;
    private readonly byte[] _buffer = new byte[128 * 1024];
    private readonly Dictionary<string, string> _symbols = new(StringComparer.Ordinal);
    private readonly string _file;
    private int _from;
    private int _to;
    private bool _ended;
    private long _line;
    private long _readBytes;

    private TickFileReader(string file, FileStream stream)
    {
        _file = file;
        _stream = stream;
        Length = stream.Length;
    }

    /// <summary>The file's length in bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>How much of the file has been taken, in bytes.</summary>
    public long Position => _readBytes - (_to - _from);

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="TickFileException">The header is another.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static TickFileReader Open(string file)
    {
        var reader = new TickFileReader(file, new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
        try
        {
            if (!reader.TryReadLine(out var header) || !IsHeader(header))
            {
                throw new TickFileException(file, 1, $"the first line has to be {Header}");
            }
        }
        catch
        {
            reader.Dispose();
            throw;
        }

        return reader;
    }

    /// <summary>The next tick; false at the end.</summary>
    /// <exception cref="TickFileException">A line cannot be read; the ticks before it were given.</exception>
    public bool TryRead(out SymbolTick tick)
    {
        tick = default;
        while (TryReadLine(out var line))
        {
            if (line.Length > 0)
            {
                tick = Parse(line);
                return true;
            }
        }

        return false;
    }

    public void Dispose() => _stream.Dispose();

    private static bool IsHeader(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        return Encoding.UTF8.GetString(line.StartsWith(mark) ? line[3..] : line).Trim() == Header;
    }

    private SymbolTick Parse(ReadOnlySpan<byte> line)
    {
        var timestamp = NextField(ref line, out var more);
        if (!TickNumbers.TryParseTimestamp(timestamp, out var timestampMs))
        {
            throw Bad("the timestamp is not a whole number of ms since 1970");
        }

        var symbol = more ? Intern(NextField(ref line, out more)) : throw Bad("it has fewer than 8 fields");
        var price = Number(ref line, ref more, "price", isPrice: true);
        var size = Number(ref line, ref more, "size", isPrice: false);
        var bid = Number(ref line, ref more, "bid", isPrice: true);
        var bidSize = Number(ref line, ref more, "bid_size", isPrice: false);
        var ask = Number(ref line, ref more, "ask", isPrice: true);
        var askSize = Number(ref line, ref more, "ask_size", isPrice: false);
        if (more)
        {
            throw Bad("it has more than 8 fields");
        }

        return price is null && bid is null && ask is null
            ? throw Bad("it tells neither price, bid nor ask")
            : new SymbolTick(symbol, new Tick(timestampMs, price, size, bid, bidSize, ask, askSize));
    }

    private static ReadOnlySpan<byte> NextField(ref ReadOnlySpan<byte> rest, out bool more)
    {
        var comma = rest.IndexOf((byte)',');
        more = comma >= 0;
        var field = more ? rest[..comma] : rest;
        rest = more ? rest[(comma + 1)..] : [];
        return field;
    }

    private decimal? Number(ref ReadOnlySpan<byte> line, ref bool more, string name, bool isPrice)
    {
        if (!more)
        {
            throw Bad("it has fewer than 8 fields");
        }

        var field = NextField(ref line, out more);
        if (field.IsEmpty)
        {
            return null;
        }

        if (!TickNumbers.TryParseDecimal(field, out var value))
        {
            throw Bad($"{name} is not a decimal number");
        }

        return value < 0 || (isPrice && value == 0)
            ? throw Bad(isPrice ? $"{name} is not above 0" : $"{name} is below 0")
            : value;
    }

    private string Intern(ReadOnlySpan<byte> field)
    {
        Span<char> chars = stackalloc char[32];
        if (field.Length is 0 or > 24 || !Encoding.ASCII.TryGetChars(field, chars, out var length))
        {
            throw Bad("the symbol is not 1 to 24 characters");
        }

        var lookup = _symbols.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(chars[..length], out var known))
        {
            return known;
        }

        var symbol = new string(chars[..length]);
        return InstrumentRules.IsSymbol(symbol)
            ? _symbols[symbol] = symbol
            : throw Bad("the symbol has other characters than A-Z, 0-9, '/', '.', '-'");
    }

    /// <summary>The next line without its end; good until the next call.</summary>
    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var unread = _buffer.AsSpan(_from, _to - _from);
            var end = unread.IndexOf((byte)'\n');
            if (end < 0 && !_ended)
            {
                if (unread.Length > MaxLine)
                {
                    _line++;
                    throw Bad($"it is longer than {MaxLine} bytes");
                }

                Fill();
                continue;
            }

            if (end < 0 && unread.IsEmpty)
            {
                line = [];
                return false;
            }

            line = end < 0 ? unread : unread[..end];
            _from += end < 0 ? unread.Length : end + 1;
            _line++;
            line = line.EndsWith("\r"u8) ? line[..^1] : line;
            return true;
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
        (_from, _to) = (0, _to - _from);
        var read = _stream.Read(_buffer.AsSpan(_to));
        _to += read;
        _readBytes += read;
        _ended = read == 0;
    }

    private TickFileException Bad(string why) => new(_file, _line, why);
}
