using Spectre.Console;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>Tells on the screen how far a load has come; in a file or a pipe, one line a step.</summary>
internal sealed class LoadProgress
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    public void Say(string text) => AnsiConsole.MarkupLineInterpolated($"{text}");

    /// <summary>Does some work that reports how many are done.</summary>
    public async Task<T> Bar<T>(string what, int total, Func<IProgress<int>, Task<T>> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            Say(what);
            return await work(new Progress<int>());
        }

        return await AnsiConsole.Progress().StartAsync(async context =>
        {
            var bar = context.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total));
            return await work(new Progress<int>(done => bar.Value = done));
        });
    }

    public Task Wait(string what, TimeSpan time, CancellationToken cancellation) => Bar(what, (int)time.TotalMilliseconds, async bar =>
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) is var passed && passed < time)
        {
            bar.Report((int)passed.TotalMilliseconds);
            await Task.Delay(time - passed < Step ? time - passed : Step, cancellation);
        }

        return 0;
    });
}
