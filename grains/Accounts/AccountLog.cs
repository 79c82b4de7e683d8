using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Accounts;

internal static partial class AccountLog
{
    [LoggerMessage(1001, LogLevel.Warning, "An account's command to book {Symbol} is unanswered; it is sent again")]
    public static partial void BookUnavailable(ILogger log, string symbol, Exception? cause);

    [LoggerMessage(1002, LogLevel.Warning, "An account's notice was not published; clients see the gap and ask")]
    public static partial void NoticeLost(ILogger log, Exception cause);

    [LoggerMessage(1004, LogLevel.Warning, "An account's dead man's switch could not cancel yet; it is tried again")]
    public static partial void SwitchWaits(ILogger log, Exception cause);

    [LoggerMessage(4301, LogLevel.Warning, "The day of account {Account} is {Code}, by its limits of version {Version}")]
    public static partial void RiskStop(ILogger log, string account, string code, long version);

    [LoggerMessage(4302, LogLevel.Warning, "An account could not be looked at by its rules; it is tried again")]
    public static partial void WatchWaits(ILogger log, Exception cause);

    [LoggerMessage(1003, LogLevel.Warning, "The read model did not tell an account's equity before today")]
    public static partial void HistoryUnavailable(ILogger log, Exception cause);
}
