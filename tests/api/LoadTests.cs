using System.Globalization;
using System.Text.Json;

namespace Bourse.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class LoadTests(ApiFixture api)
{
    private const int Connections = 20;

    [Fact]
    public async Task Quotes_reach_every_connection_by_the_hub_by_the_stream_and_by_the_plain_hub_beside_them()
    {
        var all = await Load("quotes", "--via", "hub", "stream", "plain-hub", "--connections", Text(Connections), "--watch", "5", "--stall", "10");

        all.Select(run => run.GetProperty("system").GetString()).ShouldBe(["hub", "stream", "plain-hub"]);
        foreach (var run in all)
        {
            run.GetProperty("done").GetDouble().ShouldBeGreaterThan(0);
            run.GetProperty("failed").GetInt32().ShouldBe(0);
            run.GetProperty("lost").GetInt32().ShouldBe(0);
            var latency = run.GetProperty("latency_ms");
            latency.GetProperty("p50").GetDouble().ShouldBeLessThanOrEqualTo(latency.GetProperty("p99").GetDouble());
            run.GetProperty("caught_up_ms").GetProperty("count").GetInt32().ShouldBe(Connections / 10);
        }
    }

    [Fact]
    public async Task Orders_over_the_hub_are_all_answered()
    {
        var run = (await Load("orders", "--users", "5", "--rate", "50")).ShouldHaveSingleItem();
        run.GetProperty("outcomes").EnumerateObject().Sum(outcome => outcome.Value.GetInt32()).ShouldBe(100);
        run.GetProperty("outcomes").TryGetProperty("new", out _).ShouldBeTrue(run.ToString());
    }

    [Fact]
    public async Task Mixed_users_are_served()
    {
        await api.Tick("L0", 100m);
        var all = await Load("users", "--steps", "5", "10", "--actions", "5", "--watch", "5");
        all.Select(run => run.GetProperty("connections").GetInt32()).ShouldBe([5, 10]);
        foreach (var run in all)
        {
            run.GetProperty("outcomes").EnumerateObject().Select(outcome => outcome.Name).ShouldBe(["ok"], run.ToString());
            run.GetProperty("quote_age_ms").GetProperty("count").GetInt32().ShouldBeGreaterThan(0);
        }
    }

    private async Task<JsonElement[]> Load(string what, params string[] arguments)
    {
        await api.Tick($"L{ApiFixture.LoadSymbols - 1}", 100m);
        var file = Path.GetTempFileName();
        try
        {
            var (code, output, error) = await Product.RunProgram(
                [
                    "load", what, "--url", api.Address.ToString(), "--symbols", Text(ApiFixture.LoadSymbols), "--ticks", "500", "--seconds", "2", "--warm-up", "1",
                    "--json", file, .. arguments,
                ],
                new Dictionary<string, string> { ["BOURSE_LOAD_PASSWORD"] = ApiFixture.Password });
            code.ShouldBe(0, output + error);
            return [.. JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.EnumerateArray()];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
