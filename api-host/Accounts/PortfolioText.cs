using System.Text.Json;
using System.Text.Json.Serialization;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.ApiHost.Accounts;

/// <summary>An account as the hub sends it: the JSON of <see cref="PortfolioJson"/>, written straight from what the account tells.</summary>
[JsonConverter(typeof(PortfolioTextConverter))]
public sealed record PortfolioText(PortfolioView View, OrderShape Shape);

/// <summary>A position as the hub sends it: the JSON of <see cref="PositionJson"/>, likewise.</summary>
[JsonConverter(typeof(PositionTextConverter))]
public sealed record PositionText(PositionView View, OrderShape Shape);

/// <summary>Writes a <see cref="PortfolioText"/>, its members in the order that <see cref="PortfolioJson"/> has.</summary>
public sealed class PortfolioTextConverter : OneWayConverter<PortfolioText>
{
    public override void Write(Utf8JsonWriter writer, PortfolioText value, JsonSerializerOptions options)
    {
        var view = value.View;
        writer.WriteStartObject();
        writer.WriteMoney("cash"u8, view.Cash);
        writer.WriteMoney("buying_power"u8, view.BuyingPower);
        writer.WriteMoney("equity"u8, view.Equity);
        writer.WriteMoney("held"u8, view.Held);
        writer.WriteMoney("unrealized_pl"u8, view.UnrealizedProfit);
        writer.WriteMoney("realized_pl"u8, view.RealizedProfit);
        writer.WriteMoney("day_pl"u8, view.DayProfit);
        writer.WriteString("currency"u8, view.Currency);
        writer.WriteStartArray("positions"u8);
        foreach (var position in view.Positions)
        {
            if (position.Quantity != 0)
            {
                PositionTextConverter.Write(writer, position, value.Shape.TickSize(position.Symbol));
            }
        }

        writer.WriteEndArray();
        writer.WriteMoney("initial_margin"u8, view.InitialMargin);
        writer.WriteMoney("maintenance_margin"u8, view.MaintenanceMargin);
        writer.WriteString("restricted_by"u8, view.StopCode);
        writer.WriteEndObject();
    }
}

/// <summary>Writes a <see cref="PositionText"/>, its members in the order that <see cref="PositionJson"/> has.</summary>
public sealed class PositionTextConverter : OneWayConverter<PositionText>
{
    public override void Write(Utf8JsonWriter writer, PositionText value, JsonSerializerOptions options) =>
        Write(writer, value.View, value.Shape.TickSize(value.View.Symbol));

    public static void Write(Utf8JsonWriter writer, PositionView view, decimal tickSize)
    {
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, view.Symbol);
        writer.WriteDecimal("qty"u8, view.Quantity);
        writer.WriteMoney("avg_entry_price"u8, view.AverageEntryPrice, tickSize);
        writer.WriteMoney("current_price"u8, view.CurrentPrice, tickSize);
        writer.WriteMoney("market_value"u8, view.MarketValue);
        writer.WriteMoney("unrealized_pl"u8, view.UnrealizedProfit);
        writer.WriteMoney("unrealized_plpc"u8, view.UnrealizedProfitFraction);
        writer.WriteMoney("realized_pl"u8, view.RealizedProfit);
        writer.WriteEndObject();
    }
}

/// <summary>Writes amounts as <see cref="PortfolioShape"/> has them.</summary>
internal static class MoneyText
{
    /// <summary>As <see cref="JsonText.WriteDecimal"/>; a quotient is cut where more decimals say nothing.</summary>
    public static void WriteMoney(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal? value, decimal step = 1) =>
        writer.WriteDecimal(name, value is { } given ? decimal.Round(given, PortfolioShape.MaxDecimals) : null, step);
}
