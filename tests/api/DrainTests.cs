using System.Net.WebSockets;

namespace Bourse.Tests.Api;

public sealed class DrainTests
{
    [Fact]
    public async Task A_front_end_that_stops_tells_its_clients_to_connect_again()
    {
        await using var product = await Product.Start();
        var address = new Uri(product.Address);
        var anybody = new ApiUser(() => address, null);
        await ApiFixture.Until(async () => (await anybody.Get("/api/v1/market/quote/AAPL")).Status == 200); // the simulator lists its symbols after the start
        await using var hub = await HubClient.Connect(address, null);
        await hub.Call("Subscribe", [new[] { "AAPL" }]);
        await using var stream = await StreamClient.Open(address);
        (await stream.Next("success")).GetProperty("msg").GetString().ShouldBe("connected");

        var stopping = product.Stop();
        await hub.Ended;
        hub.AllowsReconnect.ShouldBe(true);
        (await stream.Next()).ShouldBeNull();
        stream.ClosedWith.ShouldBe((WebSocketCloseStatus)1012);
        (await stopping).ShouldBe(0);
    }
}
