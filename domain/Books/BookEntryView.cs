using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>A trade in a <see cref="BookEntryView"/>, its text the UTF-8 of the journal; the fields mean what those of <see cref="BookTrade"/> mean.</summary>
public ref struct BookTradeView
{
    public long Number;
    public decimal Price;
    public decimal Quantity;
    public Side Side;
    public decimal TakerFee;
    public decimal MakerFee;
    public Guid MakerOrderId;
    public ReadOnlySpan<byte> MakerAccount;
    public Guid TakerOrderId;
    public ReadOnlySpan<byte> TakerAccount;
}

/// <summary>
/// Walks over a book's events for their trades alone, without an allocation: <see cref="Next"/> for each event, then
/// <see cref="NextTrade"/> until that says no.
/// </summary>
public ref struct BookEntryView(ReadOnlySpan<byte> bytes)
{
    private WireReader _reader = new(bytes);
    private Guid _order;
    private ReadOnlySpan<byte> _account;
    private int _trades;

    /// <summary>The time of the event and of its trades, ms since 1970 UTC.</summary>
    public long TimeMs { get; private set; }

    /// <summary>Goes to the next event, whose trades then follow.</summary>
    /// <exception cref="WireFormatException">The bytes are no event of a book.</exception>
    public void Next()
    {
        _trades = 0;
        var start = _reader;
        var type = _reader.ReadByte();
        switch (type)
        {
            case (byte)BookEntryKind.Submit or BookJournal.SubmitAdvanced:
                ReadCommand();
                _reader.ReadByte();
                _reader.ReadByte();
                _reader.ReadByte();
                ReadCounts(3);
                _reader.ReadBool();
                _reader.ReadByte();
                if (type == BookJournal.SubmitAdvanced)
                {
                    AdvancedOrderCodec.Read(ref _reader);
                }

                _trades = _reader.ReadLength();
                break;
            case (byte)BookEntryKind.Replace:
                ReadCommand();
                ReadCounts(4);
                _trades = _reader.ReadLength();
                break;
            case (byte)BookEntryKind.Reopen:
                TimeMs = _reader.ReadCount();
                _reader.ReadCount();
                _trades = _reader.ReadLength();
                break;
            default:
                // Without trades, and seldom.
                _reader = start;
                TimeMs = BookJournal.Read(ref _reader).TimeMs;
                break;
        }
    }

    /// <summary>Reads the event's next trade; false after its last.</summary>
    /// <exception cref="WireFormatException">The bytes are no trade.</exception>
    public bool NextTrade(out BookTradeView trade)
    {
        trade = default;
        if (_trades == 0)
        {
            return false;
        }

        _trades--;
        trade.Number = _reader.ReadCount();
        (trade.Price, trade.Quantity, trade.Side) = (_reader.ReadDecimal(), _reader.ReadDecimal(), (Side)_reader.ReadByte());
        (trade.TakerFee, trade.MakerFee) = (_reader.ReadDecimal(), _reader.ReadDecimal());
        trade.MakerOrderId = _reader.ReadGuid();
        trade.MakerAccount = _reader.ReadBytes();
        var isElected = _reader.ReadBool();
        trade.TakerOrderId = isElected ? _reader.ReadGuid() : _order;
        trade.TakerAccount = isElected ? _reader.ReadBytes() : _account;
        return true;
    }

    private void ReadCommand()
    {
        TimeMs = _reader.ReadCount();
        _order = _reader.ReadGuid();
        _account = _reader.ReadBytes();
        ReadCounts(2);
    }

    private void ReadCounts(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _reader.ReadCount();
        }
    }
}
