using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Bourse.Tests.Cluster;

/// <summary>Waits for a condition, with a deadline that only a broken program reaches.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    public static Task Holds(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") => Holds(() => Task.FromResult(condition()), what);

    /// <summary>Waits until a call is answered: after a kill, a client may still be on its way to a silo that lives.</summary>
    public static Task Answers(Func<Task> call, [CallerArgumentExpression(nameof(call))] string what = "") => Holds(
        async () =>
        {
            try
            {
                await call();
                return true;
            }
            catch (Exception away) when (away is Orleans.Runtime.OrleansException or TimeoutException)
            {
                return false;
            }
        },
        what);

    public static async Task Holds(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > s_deadline)
            {
                throw new TimeoutException($"not within {s_deadline.TotalSeconds} s: {what}");
            }

            await Task.Delay(10);
        }
    }
}
