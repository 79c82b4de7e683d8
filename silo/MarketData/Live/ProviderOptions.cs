using System.ComponentModel.DataAnnotations;

namespace Bourse.Silo.MarketData.Live;

/// <summary>Settings under <c>MarketData</c> for live providers.</summary>
public sealed class LiveMarketOptions
{
    /// <summary>The providers, the most preferred first.</summary>
    public IList<ProviderOptions> Providers { get; init; } = [];

    /// <value>After so long without a tick from a better provider a symbol follows the next one; 10 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <value>How long the first snapshot of a symbol waits for one provider before it asks the next one too; 1 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan HedgeAfter { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>One live provider.</summary>
public sealed class ProviderOptions
{
    /// <value><c>binance</c>, <c>bybit</c>, <c>polygon</c>, <c>alpaca</c> or <c>alpha-vantage</c>.</value>
    [Required]
    public string Kind { get; set; } = "";

    /// <value>What it is called in logs, metrics and health; by default its kind.</value>
    public string? Name { get; set; }

    /// <summary>What it is asked for, each a symbol of ours (<c>BTC/USDT</c>) or <c>OURS=THEIRS</c> (<c>BTC/USD=BTCUSDT</c>).</summary>
    public IList<string> Symbols { get; init; } = [];

    /// <value>Where requests go; by default the provider's public address.</value>
    public Uri? Address { get; set; }

    /// <value>Where the stream is; by default the provider's public address.</value>
    public Uri? Stream { get; set; }

    /// <summary>The key; from the environment or a file of secrets.</summary>
    public string? Key { get; set; }

    /// <summary>The secret, where the provider has two parts.</summary>
    public string? Secret { get; set; }

    /// <value>Request weight a minute; by default what the provider's smallest plan allows.</value>
    [Range(1, 1_000_000)]
    public int? WeightPerMinute { get; set; }

    public string CalledName => Name ?? Kind;
}
