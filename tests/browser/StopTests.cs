using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Bourse.Tests.Browser;

/// <summary>Starting and stopping as an operator does.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Ctrl_C_stops_all_that_was_started_and_a_second_start_finds_it_all_again()
    {
        await using var product = await Product.Start();
        using var http = new HttpClient();
        var ann = new { email = "ann@example.com", username = "ann", password = Visitor.Password };
        (await http.PostAsJsonAsync(product.Address + "/api/v1/auth/register", ann)).StatusCode.ShouldBe(HttpStatusCode.Created);
        Pid(product, "silo-1").ShouldBe(Pid(product, "front-1"));
        File.Exists(Path.Combine(product.Data, "log", "front-1.log")).ShouldBeTrue();
        File.Exists(Path.Combine(product.Data, "log", "postgres.log")).ShouldBeTrue();
        var postgresPort = int.Parse(await File.ReadAllTextAsync(Path.Combine(product.Data, "run", "postgres.port")));
        (await Listens(postgresPort)).ShouldBeTrue();

        (await product.Stop()).ShouldBe(0);

        (await Listens(postgresPort)).ShouldBeFalse();
        Directory.GetFiles(Path.Combine(product.Data, "run"), "*.pid").ShouldBeEmpty();

        await product.StartAgain();

        (await http.PostAsJsonAsync(product.Address + "/api/v1/auth/login", new { ann.username, ann.password })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync(product.Address + "/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static int Pid(Product product, string name) => int.Parse(File.ReadAllText(Path.Combine(product.Data, "run", name + ".pid")).Split('\n')[0]);

    private static async Task<bool> Listens(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
