using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Venues;

internal static partial class VenueLog
{
    [LoggerMessage(4360, LogLevel.Warning, "The outcome of order {Order} of {Symbol} at its venue is unknown; the venue is asked.")]
    public static partial void Unknown(ILogger logger, string symbol, Guid order);

    [LoggerMessage(4361, LogLevel.Error, "The venue does not know order {Order} of {Symbol} any more, which it had: a person has to look.")]
    public static partial void Lost(ILogger logger, string symbol, Guid order);

    [LoggerMessage(4362, LogLevel.Warning, "{Symbol}'s dealings with its venue were interrupted and go on later.")]
    public static partial void Interrupted(ILogger logger, string symbol, Exception cause);
}
