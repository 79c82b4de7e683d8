using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Tests.Api.Cli;

/// <summary><c>bourse verify</c> and <c>bourse journal cat</c>, as their user runs them, on a database with a few orders.</summary>
public sealed class DatabaseCommandTests : IAsyncLifetime
{
    private Product _product = null!;
    private ApiUser _trader = null!;
    private string _order = "";

    public async Task InitializeAsync()
    {
        _product = await Product.Start();
        _trader = await ApiUser.Register(new Uri(_product.Address), "trader");
        await ApiFixture.Until(async () => (await _trader.Get("/api/v1/market/quote/AAPL")).Status == 200);
        var order = await Buy("1");
        _order = order.GetProperty("id").GetString()!;
        await Buy("2");
    }

    public async Task DisposeAsync() => await _product.DisposeAsync();

    [Fact]
    public async Task Both_look_at_a_database_whether_its_server_runs_or_not_and_leave_it_as_they_found_it()
    {
        var (code, output, error) = await _product.Command("verify");
        code.ShouldBe(0, output + error);
        output.ShouldContain("all is well");
        (await _trader.Get("/health/ready")).Status.ShouldBe(200);

        await _product.Stop();
        IsPostgresUp().ShouldBeFalse();
        (code, output, error) = await _product.Command("verify", "--json");
        code.ShouldBe(0, output + error);
        var result = JsonDocument.Parse(output).RootElement;
        result.GetProperty("ok").GetBoolean().ShouldBeTrue();
        result.GetProperty("checks").EnumerateArray().ShouldAllBe(c => c.GetProperty("failed").GetInt64() == 0);
        IsPostgresUp().ShouldBeFalse();
        await A_stream_is_printed_event_by_event();
        IsPostgresUp().ShouldBeFalse();
        await An_unknown_stream_is_an_error();
        await A_wrong_table_is_found();
    }

    private async Task A_stream_is_printed_event_by_event()
    {
        var account = await Cat($"account/{_trader.UserId}");
        account.Select(e => e.GetProperty("version").GetInt64()).ShouldBe(Enumerable.Range(1, account.Count).Select(i => (long)i));
        account[0].GetProperty("type").GetString().ShouldBe("account_opened");
        var placed = account.Single(e => e.GetProperty("type").GetString() == "order_placed" && e.GetProperty("order_id").GetString() == _order);
        placed.GetProperty("request").GetProperty("quantity").GetDecimal().ShouldBe(1m);
        placed.GetProperty("time").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);

        var later = await Cat($"account/{_trader.UserId}", "--from", "3");
        later.Select(e => e.GetRawText()).ShouldBe(account.Skip(2).Select(e => e.GetRawText()));

        var book = await Cat("book/AAPL");
        book.Select(e => e.GetProperty("version").GetInt64()).ShouldBe(Enumerable.Range(1, book.Count).Select(i => (long)i));
        book[0].GetProperty("type").GetString().ShouldBe("terms");
        var submit = book.Single(e => e.GetProperty("type").GetString() == "submit" && e.GetProperty("order_id").GetString() == _order);
        submit.GetProperty("trades").EnumerateArray().Sum(t => t.GetProperty("quantity").GetDecimal()).ShouldBe(1m);
    }

    private async Task An_unknown_stream_is_an_error()
    {
        foreach (var stream in new[] { "account/nobody", "book/NOTHING", "weather/today" })
        {
            var (code, output, error) = await _product.Command("journal", "cat", stream);
            code.ShouldBe(1);
            output.ShouldBeEmpty();
            error.ShouldContain($"there is no stream {stream}");
        }
    }

    private async Task A_wrong_table_is_found()
    {
        await using (var postgres = await LocalPostgres.StartAsync(_product.Data, _ => { }, CancellationToken.None))
        {
            await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
            await using var command = source.CreateCommand("UPDATE positions SET quantity = quantity + 1 WHERE symbol = 'AAPL' AND account = $1");
            command.Parameters.Add(new() { Value = _trader.UserId });
            (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        }

        var (code, output, _) = await _product.Command("verify");
        code.ShouldBe(1);
        output.ShouldContain("something is wrong");
        output.ShouldContain(_trader.UserId);
    }

    private async Task<List<JsonElement>> Cat(params string[] arguments)
    {
        var (code, output, error) = await _product.Command(["journal", "cat", .. arguments]);
        code.ShouldBe(0, error);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private async Task<JsonElement> Buy(string qty)
    {
        var body = new { symbol = "AAPL", side = "buy", type = "market", time_in_force = "ioc", qty };
        JsonElement order = default;
        await ApiFixture.Until(async () =>
        {
            var answer = await _trader.Post("/api/v1/orders", body);
            order = answer.Body;
            return answer.Status == 201 && order.GetProperty("status").GetString() == "filled";
        });
        return order;
    }

    private bool IsPostgresUp()
    {
        var file = Path.Combine(_product.Data, "postgres", "postmaster.pid");
        if (!File.Exists(file))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(int.Parse(File.ReadLines(file).First(), CultureInfo.InvariantCulture));
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false; // no such process
        }
    }
}
