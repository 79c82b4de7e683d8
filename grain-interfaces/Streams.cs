namespace Bourse.GrainInterfaces;

/// <summary>The stream provider and the namespaces of the streams; a stream's key is the symbol or the account's id.</summary>
public static class Streams
{
    /// <summary>Another name than that of the grains' storage, where Orleans would keep subscriptions if it had the same.</summary>
    public const string Provider = "streams";

    /// <summary><c>quotes/{symbol}</c>: the newest <see cref="Feeds.Quote"/>; a newer one replaces an older.</summary>
    public const string Quotes = "quotes";

    /// <summary><c>depth/{symbol}</c>: the newest <see cref="Books.DepthWindow"/> while somebody watches; a newer one replaces an older.</summary>
    public const string Depth = "depth";

    /// <summary><c>trades/{symbol}</c>: <see cref="Feeds.TradeBatch"/> while somebody watches; numbered facts, a gap is asked for again.</summary>
    public const string Trades = "trades";

    /// <summary><c>bars/{symbol}</c>: <see cref="Feeds.BarBatch"/> while somebody watches; a newer state of a bar replaces an older, a gap is read again.</summary>
    public const string Bars = "bars";

    /// <summary><c>alerts/{user}</c>: <see cref="Alerts.PriceAlert"/> as it fires; what is not delivered is asked for at the next sign-in.</summary>
    public const string Alerts = "alerts";

    /// <summary><c>account/{id}</c>: <see cref="Accounts.AccountNotice"/>, numbered facts; a gap is asked for again.</summary>
    public const string Account = "account";
}
