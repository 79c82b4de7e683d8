using System.Collections.Concurrent;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Lets a test hold a grain where it wants it: tests and grains are in one process.</summary>
public static class Gates
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> s_gates = new();
    private static readonly ConcurrentDictionary<string, int> s_counts = new();

    /// <summary>How long a test waits for something that must happen.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static Task Passed(string name) => Of(name).Task;

    public static void Open(string name) => Of(name).TrySetResult();

    public static int Count(string name) => s_counts.AddOrUpdate(name, 1, (_, count) => count + 1);

    public static int CountOf(string name) => s_counts.GetValueOrDefault(name);

    /// <summary>Waits until something is so.</summary>
    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        var end = Environment.TickCount64 + (long)Deadline.TotalMilliseconds;
        while (!await condition())
        {
            (Environment.TickCount64 < end).ShouldBeTrue($"did not happen in time: {what}");
            await Task.Delay(10);
        }
    }

    public static Task Until(Func<bool> condition, string what) => Until(() => Task.FromResult(condition()), what);

    private static TaskCompletionSource Of(string name) =>
        s_gates.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
