namespace Bourse.ApiHost.Live.Orders;

/// <summary>Says that a channel has lost its place: reload the state.</summary>
public sealed record ResyncJson(string Channel);

/// <summary>Where an order channel begins.</summary>
/// <param name="Seq">The newest number there was.</param>
/// <param name="Epoch">Names the journal; numbers of another epoch mean nothing here.</param>
public sealed record OrderChannelJson(long Seq, long Epoch);
