namespace Bourse.ApiHost.Cli.Load;

/// <summary>Users of a load, who hold something that they can sell.</summary>
internal static class LoadUsers
{
    public const int SymbolsEach = 5;
    private const int Shares = 20;
    private const int AtOnce = 16;

    /// <returns>Their access tokens.</returns>
    public static async Task<string[]> Make(LoadServer server, int count, string[] symbols, LoadProgress progress, CancellationToken cancellation)
    {
        var run = (Worker.Gauge.NowUs / 1_000_000 % 100_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var tokens = await progress.Bar($"{server.Name}: signing up {count} users", count, bar => server.SignUp(count, run, bar, cancellation));
        var bought = 0;
        await progress.Bar($"{server.Name}: buying shares", count, async bar =>
        {
            var done = 0;
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (i, stop) =>
            {
                for (var k = 0; k < SymbolsEach; k++)
                {
                    if (await server.Buy(tokens[i], Held(symbols, i, k), Shares, stop))
                    {
                        Interlocked.Increment(ref bought);
                    }
                }

                bar.Report(Interlocked.Increment(ref done));
            });
            return 0;
        });
        progress.Say($"{count:N0} users, {bought:N0} of {count * SymbolsEach:N0} purchases filled");
        return tokens;
    }

    /// <summary>What a user bought as the load began, and so can sell: the <paramref name="k"/>-th of <see cref="SymbolsEach"/>.</summary>
    public static string Held(string[] symbols, int user, int k) => symbols[((user * SymbolsEach) + k) % symbols.Length];
}
