using System.Diagnostics;
using System.Globalization;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Tests.Cluster.Storage;

public sealed class LocalPostgresTests : IAsyncLifetime
{
    private readonly string _folder = TestServer.NewFolder();
    private readonly List<string> _said = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_second_start_finds_data_and_port_again()
    {
        var first = await Start();
        first.WasRunning.ShouldBeFalse();
        await Execute(first, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
        await first.StopAsync();
        IsListening(first.Port).ShouldBeFalse();
        File.Exists(Path.Combine(_folder, "run", "postgres.pid")).ShouldBeFalse();

        var second = await Start();

        second.Port.ShouldBe(first.Port);
        (await Scalar(second, "SELECT id FROM kept")).ShouldBe(7);
        File.ReadAllText(Path.Combine(_folder, "run", "postgres.pid")).Trim().ShouldBe(Postmaster());
        new FileInfo(Path.Combine(_folder, "log", "postgres.log")).Length.ShouldBeGreaterThan(0);
        await second.StopAsync();
    }

    [Fact]
    public async Task One_that_an_earlier_process_left_running_is_taken_over()
    {
        var left = await Start();
        var postmaster = Postmaster();

        var taken = await Start();

        taken.WasRunning.ShouldBeTrue();
        taken.Port.ShouldBe(left.Port);
        Postmaster().ShouldBe(postmaster);
        (await Scalar(taken, "SELECT 1")).ShouldBe(1);
        await taken.StopAsync();
        IsListening(left.Port).ShouldBeFalse();
    }

    [Fact]
    public async Task One_that_was_killed_recovers_what_was_committed()
    {
        var killed = await Start();
        await Execute(killed, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
        Kill();
        await Eventually.Holds(() => !IsListening(killed.Port), "it is gone");

        var recovered = await Start();

        recovered.WasRunning.ShouldBeFalse();
        (await Scalar(recovered, "SELECT id FROM kept")).ShouldBe(7);
        _said.ShouldContain(s => s.Contains("recovers", StringComparison.Ordinal));
        await recovered.StopAsync();
    }

    [Fact]
    public async Task A_left_over_pid_file_of_another_program_does_not_stop_it()
    {
        var killed = await Start();
        Kill();
        await Eventually.Holds(() => !IsListening(killed.Port), "it is gone");
        var pidFile = Path.Combine(_folder, "postgres", "postmaster.pid");
        var lines = File.ReadAllLines(pidFile);
        lines[0] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        File.WriteAllLines(pidFile, lines);

        var started = await Start();

        (await Scalar(started, "SELECT 1")).ShouldBe(1);
        await started.StopAsync();
    }

    [Fact]
    public async Task One_that_is_just_going_down_is_not_taken_for_one_that_runs()
    {
        await Start();
        for (var round = 0; round < 5; round++)
        {
            using (var quit = Process.Start("kill", ["-QUIT", Postmaster()]))
            {
                quit.WaitForExit();
            }

            (await Scalar(await Start(), "SELECT 1")).ShouldBe(1);
        }

        await (await Start()).StopAsync();
    }

    [Fact]
    public async Task A_taken_port_makes_it_move_to_another()
    {
        var first = await Start();
        await first.StopAsync();
        using var squatter = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, first.Port);
        squatter.Start();

        var second = await Start();

        second.Port.ShouldNotBe(first.Port);
        (await Scalar(second, "SELECT 1")).ShouldBe(1);
        await second.StopAsync();
    }

    [Fact]
    public async Task Starters_at_once_share_one_server_made_once()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Start())));
        servers.Select(s => s.Port).Distinct().Count().ShouldBe(1);
        servers.Count(s => !s.WasRunning).ShouldBe(1);
        await servers[0].StopAsync();
    }

    [Fact]
    public async Task A_half_made_database_is_made_anew()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "postgres.unfinished", "base"));
        File.WriteAllText(Path.Combine(_folder, "postgres.unfinished", "PG_VERSION"), "15");
        var server = await Start();
        (await Scalar(server, "SELECT 1")).ShouldBe(1);
        Directory.Exists(Path.Combine(_folder, "postgres.unfinished")).ShouldBeFalse();
        await server.StopAsync();
    }

    [Fact]
    public async Task It_is_durable_and_asks_for_a_password_on_loopback_only()
    {
        var server = await Start(durable: true);
        foreach (var setting in new[] { "fsync", "synchronous_commit", "full_page_writes" })
        {
            (await Scalar(server, $"SHOW {setting}")).ShouldBe("on");
        }

        (await Scalar(server, "SHOW wal_sync_method")).ShouldBe("open_datasync");
        (await Scalar(server, "SHOW listen_addresses")).ShouldBe("127.0.0.1");
        (await Scalar(server, "SHOW unix_socket_directories")).ShouldBe("");
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(connection.OpenAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
        await server.StopAsync();
    }

    [Fact]
    public async Task A_relative_folder_is_where_the_process_stands()
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(_folder, "relative"));
        var server = await LocalPostgres.StartAsync(relative, new LocalPostgresOptions { SharedBuffersMb = 64, Durable = false }, _ => { }, CancellationToken.None);
        server.DatabaseFolder.ShouldBe(Path.Combine(_folder, "relative", "postgres"));
        await server.StopAsync();
    }

    [Fact]
    public async Task One_that_tunes_the_system_may_have_large_pages_while_it_runs()
    {
        const string limit = "/proc/sys/vm/nr_overcommit_hugepages";
        var before = File.Exists(limit) ? File.ReadAllText(limit) : null;

        var server = await LocalPostgres.StartAsync(
            _folder, new LocalPostgresOptions { SharedBuffersMb = 64, Durable = false, TunesSystem = true }, _said.Add, CancellationToken.None);
        (await Scalar(server, "SHOW huge_pages")).ShouldBe("try");
        var told = _said.Any(s => s.Contains("large pages", StringComparison.Ordinal));
        (before is not null && File.ReadAllText(limit) != before).ShouldBe(told);
        if (Environment.IsPrivilegedProcess && before == "0\n")
        {
            told.ShouldBeTrue();
        }

        if (told)
        {
            await HasAllItsLargePages(int.Parse(Postmaster(), CultureInfo.InvariantCulture));
        }

        await server.StopAsync();
        (File.Exists(limit) ? File.ReadAllText(limit) : null).ShouldBe(before);
    }

    // What is mapped is what has been made, in kB: "Private_Hugetlb:      65536 kB" of its mapping.
    private static async Task HasAllItsLargePages(int processId)
    {
        var maps = await File.ReadAllLinesAsync($"/proc/{processId}/smaps");
        var start = Array.FindIndex(maps, line => line.Contains("/anon_hugepage", StringComparison.Ordinal));
        start.ShouldBeGreaterThanOrEqualTo(0);
        long Of(string name) => long.Parse(
            maps.Skip(start).First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        var bytes = Of("KernelPageSize") << 10;

        using var memory = SharedMemory.Fetch(processId, bytes);
        memory.Join();
        memory.Touched.ShouldBe((int)((Of("Size") << 10) / bytes));
        maps = await File.ReadAllLinesAsync($"/proc/{processId}/smaps");
        (Of("Private_Hugetlb") + Of("Shared_Hugetlb")).ShouldBe(Of("Size"));
    }

    private Task<LocalPostgres> Start(bool durable = false) => LocalPostgres.StartAsync(
        _folder, new LocalPostgresOptions { SharedBuffersMb = 64, MaxWalMb = 512, Durable = durable }, s => { lock (_said) { _said.Add(s); } }, CancellationToken.None);

    private string Postmaster() => File.ReadLines(Path.Combine(_folder, "postgres", "postmaster.pid")).First().Trim();

    private void Kill()
    {
        using var kill = Process.Start("kill", ["-9", Postmaster()]);
        kill.WaitForExit();
    }

    private static bool IsListening(int port)
    {
        try
        {
            using var client = new System.Net.Sockets.TcpClient("127.0.0.1", port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static async Task Execute(LocalPostgres server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> Scalar(LocalPostgres server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
