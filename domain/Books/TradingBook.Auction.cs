using System.Buffers;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>Halts: the book collects orders until somebody reopens it, or its time has come, by an auction.</summary>
public sealed partial class TradingBook
{
    /// <summary>The code of a halt that the price band brought about.</summary>
    public const string PriceBandCode = "price_band";

    private long _bandPauseMs;

    /// <summary>Null while the book trades continuously.</summary>
    public BookHalt? Halt { get; private set; }

    /// <summary>The prices beyond which nothing trades; 0 and 0 when there is no band.</summary>
    public (decimal Low, decimal High) Band => _bandPauseMs == 0 ? default : (Price(_book.Band.LowTicks), Price(_book.Band.HighTicks));

    /// <summary>Halts the book, or gives a halted one another reason and end. Writes one event.</summary>
    public void BeginHalt(BookHalt halt, IBufferWriter<byte> events)
    {
        BeginCommand();
        _book.BeginAuction();
        Halt = halt;
        BookJournal.WriteHalt(events, halt);
        Version++;
    }

    /// <summary>Sets the price band, which a trade beyond it turns into a halt of so long. Writes one event.</summary>
    /// <param name="pauseMs">Above 0; 0 takes the band away.</param>
    public void SetBand(long lowTicks, long highTicks, long pauseMs, long nowMs, IBufferWriter<byte> events)
    {
        BeginCommand();
        SetBand(lowTicks, highTicks, pauseMs);
        BookJournal.WriteBand(events, nowMs, lowTicks, highTicks, pauseMs);
        Version++;
    }

    /// <summary>Ends a halt by an auction, and writes one event with its trades.</summary>
    /// <param name="referenceTicks">Which of several prices as good is taken: the nearest; 0 = to the last trade.</param>
    /// <exception cref="InvalidOperationException">The book is not halted.</exception>
    public void Reopen(long referenceTicks, long nowMs, IBufferWriter<byte> events)
    {
        if (Halt is null)
        {
            throw new InvalidOperationException($"{Symbol} is not halted");
        }

        BeginCommand();
        Halt = null;
        Report(_book.Uncross(referenceTicks), 0, nowMs);
        SettleGroups(nowMs);
        NoteBand(nowMs);
        BookJournal.WriteReopen(events, nowMs, referenceTicks, _trades);
        Version++;
    }

    private void SetBand(long lowTicks, long highTicks, long pauseMs)
    {
        _bandPauseMs = pauseMs;
        if (pauseMs == 0)
        {
            _book.SetBand(0, Matching.OrderBook.MaxPriceTicks);
        }
        else
        {
            _book.SetBand(lowTicks, highTicks);
        }
    }

    /// <summary>A command that met the band has halted the book.</summary>
    private void NoteBand(long nowMs)
    {
        if (_book.IsCollecting && Halt is null)
        {
            Halt = new BookHalt(PriceBandCode, "The price met its band.", "", nowMs, nowMs + _bandPauseMs);
        }
    }

    private void SaveHalt(ref WireWriter writer)
    {
        writer.WriteCount(_bandPauseMs);
        writer.WriteBool(Halt is not null);
        if (Halt is { } halt)
        {
            BookJournal.WriteHaltBody(ref writer, halt);
        }
    }

    private void LoadHalt(ref WireReader reader)
    {
        _bandPauseMs = reader.ReadCount();
        Halt = reader.ReadBool() ? BookJournal.ReadHaltBody(ref reader) : null;
    }
}

/// <summary>Why a book collects orders and does not trade.</summary>
/// <param name="Code">A stable word: <c>operator</c>, <c>price_band</c>, <c>anomaly</c>, <see cref="OpeningCode"/>.</param>
/// <param name="Reason">For people.</param>
/// <param name="By">Who did it; empty for the platform itself.</param>
/// <param name="SinceMs">ms since 1970 UTC.</param>
/// <param name="UntilMs">When it reopens by itself; 0 = when somebody reopens it.</param>
public sealed record BookHalt(string Code, string Reason, string By, long SinceMs, long UntilMs)
{
    /// <summary>The code of the auction that opens a session.</summary>
    public const string OpeningCode = "opening";
}
