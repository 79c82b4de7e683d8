using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

public static partial class AccountEventCodec
{
    /// <summary>As <see cref="Read(ref ReadOnlySpan{byte})"/>, into a view whose text lies in <paramref name="bytes"/>.</summary>
    /// <exception cref="WireFormatException">The bytes are no account event.</exception>
    public static AccountEventView ReadView(ref ReadOnlySpan<byte> bytes)
    {
        var r = new WireReader(bytes);
        var type = r.ReadByte();
        var view = new AccountEventView { Kind = (AccountEventKind)(type == PlacedTrailing ? Placed : type) };
        switch (type)
        {
            case Opened:
                view.UserId = r.ReadBytes();
                view.AccountKind = r.ReadBytes();
                view.Currency = r.ReadBytes();
                view.TimeMs = r.ReadVarInt();
                break;
            case CashIn or CashOut:
                view.Currency = r.ReadBytes();
                view.Amount = r.ReadDecimal();
                r.ReadBytes();
                view.Cash = r.ReadDecimal();
                view.TimeMs = r.ReadVarInt();
                break;
            case CancelAll:
                view.AtMs = r.ReadCount();
                view.TimeMs = r.ReadVarInt();
                break;
            case DayBegan:
                r.ReadCount();
                r.ReadDecimal();
                view.TimeMs = r.ReadVarInt();
                break;
            case CalendarNoted:
                view.Symbol = r.ReadBytes();
                r.ReadBytes();
                view.TimeMs = r.ReadVarInt();
                break;
            case StopChanged:
                view.Code = r.ReadBytesOrNull();
                r.ReadDecimal();
                r.ReadCount();
                view.TimeMs = r.ReadVarInt();
                break;
            case Placed or PlacedTrailing:
                view.OrderId = r.ReadGuid();
                OrderRequestCodec.Read(ref r, ref view);
                view.Currency = r.ReadBytes();
                r.ReadCount();
                r.ReadDecimalOrNull();
                OrderRequestCodec.ReadEnum(ref r, 0, 2);
                r.ReadDecimal();
                r.ReadDecimal();
                view.TimeMs = r.ReadVarInt();
                view.StopPrice = type == PlacedTrailing ? r.ReadDecimal() : view.StopPrice;
                break;
            case 0 or > Sized:
                throw new WireFormatException($"There is no account event of type {type}.");
            default:
                view.OrderId = r.ReadGuid();
                view.Symbol = r.ReadBytes();
                view.TimeMs = r.ReadVarInt();
                ReadOrder(ref r, ref view);
                break;
        }

        bytes = r.Rest;
        return view;
    }

    private static void ReadOrder(scoped ref WireReader r, ref AccountEventView view)
    {
        if ((byte)view.Kind == Requested)
        {
            r.ReadCount32();
            r.ReadCount();
            ReadTerms(ref r, ref view);
            r.ReadDecimalOrNull();
            r.ReadDecimal();
            r.ReadDecimal();
            return;
        }

        r.ReadCount();
        switch ((byte)view.Kind)
        {
            case NotReplaced:
                r.ReadCount32();
                view.Code = r.ReadBytesOrNull();
                return;
            case Trailed:
                view.StopPrice = r.ReadDecimal();
                return;
            case Triggered or Noted:
                return;
        }

        view.Seq = r.ReadCount();
        switch ((byte)view.Kind)
        {
            case Rejected:
                view.Code = r.ReadBytesOrNull();
                break;
            case Filled:
                ReadFilled(ref r, ref view);
                break;
            case Canceled:
                view.Code = r.ReadBytesOrNull();
                view.Quantity = r.ReadDecimal();
                r.ReadCount32();
                break;
            case Expired:
                view.Quantity = r.ReadDecimal();
                break;
            case Replaced:
                r.ReadCount32();
                ReadTerms(ref r, ref view);
                break;
            case Sized:
                view.IsFirst = r.ReadBool();
                ReadTerms(ref r, ref view);
                break;
        }
    }

    private static void ReadTerms(scoped ref WireReader r, ref AccountEventView view)
    {
        view.Quantity = r.ReadDecimal();
        view.LimitPrice = r.ReadDecimalOrNull();
        view.StopPrice = r.ReadDecimalOrNull();
    }

    private static void ReadFilled(scoped ref WireReader r, ref AccountEventView view)
    {
        view.Currency = r.ReadBytes();
        var flags = ReadFillFlags(ref r);
        (view.Side, view.IsMaker, view.Completes) = ((Side)(flags & 3), (flags & 4) != 0, (flags & 8) != 0);
        view.TradeNumber = r.ReadCount();
        r.ReadDecimal();
        view.Quantity = r.ReadDecimal();
        r.ReadDecimal();
        view.OrderFilledQuantity = r.ReadDecimal();
        view.OrderAveragePrice = r.ReadDecimal();
        view.PositionQuantity = r.ReadDecimal();
        view.PositionAverageEntryPrice = r.ReadDecimal();
        view.PositionRealizedProfit = r.ReadDecimal();
        view.Cash = r.ReadDecimal();
    }
}
