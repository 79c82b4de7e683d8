using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Books;

internal static partial class BookLog
{
    [LoggerMessage(2001, LogLevel.Warning, "Book {Symbol}: reports were not taken by their account; they are sent again")]
    public static partial void DeliveryFailed(ILogger log, string symbol, Exception cause);

    [LoggerMessage(2002, LogLevel.Warning, "Book {Symbol}: trades were not taken by the feed")]
    public static partial void FeedUnavailable(ILogger log, string symbol, Exception cause);

    [LoggerMessage(2003, LogLevel.Warning, "Book {Symbol}: what was due is not durable yet; it is tried again")]
    public static partial void UpkeepFailed(ILogger log, string symbol, Exception cause);

    [LoggerMessage(4150, LogLevel.Warning, "Book {Symbol}: when its orders end is not kept yet; it is tried again")]
    public static partial void DeadlineNotKept(ILogger log, string symbol, Exception cause);

    [LoggerMessage(2004, LogLevel.Warning, "Book {Symbol}: its depth is not told for now")]
    public static partial void DepthNotTold(ILogger log, string symbol, Exception cause);

    [LoggerMessage(4250, LogLevel.Warning, "Book {Symbol}: a halt or its end is not told yet; it is tried again")]
    public static partial void HaltNotTold(ILogger log, string symbol, Exception cause);

    [LoggerMessage(4251, LogLevel.Warning, "Book {Symbol}: an anomaly of its {Series}: {Value} in a second, score {Score}")]
    public static partial void AnomalyFound(ILogger log, string symbol, string series, double value, double score);
}
