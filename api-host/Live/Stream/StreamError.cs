namespace Bourse.ApiHost.Live.Stream;

/// <summary>Why the stream did not do what it was asked, with the code that Alpaca's stream has for it.</summary>
public sealed record StreamError(int Code, string Message)
{
    public static readonly StreamError AuthFailed = new(402, "auth failed");
    public static readonly StreamError AlreadyAuthenticated = new(403, "already authenticated");
    public static readonly StreamError SymbolLimit = new(405, "symbol limit exceeded");
    public static readonly StreamError ConnectionLimit = new(406, "connection limit exceeded");
    public static readonly StreamError SlowClient = new(407, "slow client: trades were left out, read GET /market/trades");
    public static readonly StreamError TooManyRequests = new(429, "too many requests");
    public static readonly StreamError Internal = new(500, "internal error");

    public static StreamError Syntax(string why) => new(400, $"invalid syntax: {why}");

    /// <summary>A channel that this stream does not carry.</summary>
    public static StreamError Channel(string channel) => new(410, $"invalid subscribe action for this feed: {channel}");
}

/// <summary>Ends an action of the stream with an error; the connection stays.</summary>
public sealed class StreamErrorException(StreamError error) : Exception(error.Message)
{
    public StreamError Error { get; } = error;
}
