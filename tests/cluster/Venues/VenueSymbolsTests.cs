using Bourse.Grains.Instruments;
using Bourse.Silo.MarketData;
using Bourse.Silo.Venues;
using Bourse.Tests.Cluster.MarketData;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Tests.Cluster.Venues;

/// <summary>Which instruments trade outside.</summary>
public sealed class VenueSymbolsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task An_instrument_enters_the_catalogue_with_its_venue_and_the_house_makes_no_market_in_it()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "timestamp,symbol,price,size,bid,bid_size,ask,ask_size\n1700000000000,SPY,,,100,1,100.01,1\n");
        var options = new MarketDataOptions { Source = MarketDataKind.Replay, Speed = "max", Makers = true };
        var pump = new MarketPump(
            cluster.Services.GetRequiredService<Orleans.IGrainFactory>(), cluster.Catalogue, options, TimeProvider.System, NullLogger<MarketPump>.Instance,
            new VenueSymbols([("alpaca", ["SPY:0.05:2"])]));

        await pump.Run(new ReplaySource(new ReplaySource.Settings([file], ReplaySpeed.Max, Loop: false, []), TimeProvider.System), CancellationToken.None);

        // A maker stays until it is cancelled.
        await pump.WaitForMakers();
        cluster.Catalogue.TryGet("SPY", out var instrument).ShouldBeTrue();
        (instrument!.Venue, instrument.TickSize, instrument.LotSize).ShouldBe(("alpaca", 0.05m, 2m));
        File.Delete(file);
    }

    [Fact]
    public void A_venue_never_changes()
    {
        var here = InstrumentDefaults.Stock("SPY", "SPY");

        InstrumentRules.FindFault(here with { Venue = "alpaca" }, here).ShouldBe("tick size, lot size and venue never change.");
        InstrumentRules.FindFault(here with { Venue = "alpaca" }, null).ShouldBeNull();
        InstrumentRules.FindFault(here with { Venue = "No Venue" }, null).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("SPY:0.01")]
    [InlineData("SPY:0:1")]
    [InlineData("SPY:x:1")]
    public void Settings_that_cannot_be_read_are_refused(string entry) => Should.Throw<ArgumentException>(() => new VenueSymbols([("alpaca", [entry])]));

    [Fact]
    public void A_symbol_trades_at_one_venue() => Should.Throw<ArgumentException>(() => new VenueSymbols([("alpaca", ["SPY"]), ("binance", ["SPY"])]));
}
