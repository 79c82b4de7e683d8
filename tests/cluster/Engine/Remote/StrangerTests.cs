using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Bourse.GrainRuntime.Transport;
using Bourse.GrainRuntime.Wire;
using Bourse.Tests.Cluster.Engine.Grains;
using Npgsql;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>Who does not belong to the cluster gets nowhere, and who sends nonsense is cut off alone.</summary>
public sealed class StrangerTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    /// <summary>How long the fuzzers run: <c>BOURSE_FUZZ_SECONDS</c> (3).</summary>
    private static readonly TimeSpan s_fuzzing = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("BOURSE_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 3);

    [Fact]
    public async Task A_client_without_the_secret_is_refused_before_it_can_say_anything()
    {
        var (port, _, member) = await Silo();
        using var socket = await Connect(port);
        await using var stream = new NetworkStream(socket);

        var dialled = Handshake.Dial(stream, new byte[32], new PeerIdentity(0, Guid.NewGuid()), member, CancellationToken.None);

        await Should.ThrowAsync<IOException>(dialled);
    }

    [Fact]
    public async Task Strangers_who_send_noise_change_nothing()
    {
        var random = new Random(11);
        var (port, _, _) = await Silo();
        await Fuzz(async () =>
        {
            using var socket = await Connect(port);
            var noise = new byte[random.Next(1, 4_096)];
            random.NextBytes(noise);
            await socket.SendAsync(noise);
            await UntilClosed(socket, giveUp: TimeSpan.FromMilliseconds(50));
        });
    }

    [Fact]
    public async Task A_member_that_sends_broken_frames_is_cut_off_and_no_call_is_carried_out()
    {
        var random = new Random(13);
        var (port, secret, member) = await Silo();
        var calls = Gates.CountOf("fuzzed");
        await Fuzz(async () =>
        {
            using var socket = await Connect(port);
            await using var stream = new NetworkStream(socket);
            await Handshake.Dial(stream, secret, new PeerIdentity(0, Guid.NewGuid()), member, CancellationToken.None);
            var noise = new byte[random.Next(1, 512)];
            random.NextBytes(noise);
            byte[] frame = [.. BitConverter.GetBytes(random.Next(4) == 0 ? random.Next() : noise.Length + 1), (byte)random.Next(0, 12), .. noise];
            await socket.SendAsync(frame);
            await UntilClosed(socket, giveUp: TimeSpan.FromMilliseconds(50));
        });
        Gates.CountOf("fuzzed").ShouldBe(calls);
    }

    private async Task Fuzz(Func<Task> attack)
    {
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_fuzzing)
        {
            try
            {
                await attack();
            }
            catch (Exception exception) when (exception is IOException or SocketException or WireException)
            {
                // Cut off, as it should be.
            }
        }

        foreach (var i in Enumerable.Range(0, 20))
        {
            (await silos.Cluster.Grains.GetGrain<ICallGrain>($"after-noise-{i}").Add(i, 1)).ShouldBe(i + 1);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - memory).ShouldBeLessThan(64 * 1024 * 1024);
    }

    private static async Task<Socket> Connect(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        return socket;
    }

    private static async Task UntilClosed(Socket socket, TimeSpan giveUp)
    {
        using var deadline = new CancellationTokenSource(giveUp);
        var buffer = new byte[4_096];
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) > 0)
            {
                // It may say its number, or its manifest.
            }
        }
        catch (OperationCanceledException)
        {
            // It waits for more, and will wait no longer than its own deadline.
        }
    }

    private async Task<(int Port, byte[] Secret, long Member)> Silo()
    {
        await using var source = NpgsqlDataSource.Create(silos.Cluster.ConnectionString);
        await using var command = source.CreateCommand("SELECT address, secret, id FROM cluster_member, cluster_state ORDER BY id LIMIT 1");
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        return (int.Parse(reader.GetString(0).Split(':')[^1], CultureInfo.InvariantCulture), (byte[])reader[1], reader.GetInt64(2));
    }
}
