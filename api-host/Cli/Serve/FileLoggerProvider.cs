using System.Threading.Channels;

namespace Bourse.ApiHost.Cli.Serve;

/// <summary>
/// Appends log lines to one file, masked (<see cref="LogMask"/>) and written by one task. At most <see cref="MaxWaiting"/> lines wait; beyond that new ones are
/// dropped and counted, so that a slow disk never stops an order.
/// </summary>
[ProviderAlias("File")]
internal sealed class FileLoggerProvider : ILoggerProvider
{
    private const int MaxWaiting = 10_000;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(MaxWaiting)
    {
        FullMode = BoundedChannelFullMode.Wait,
        SingleReader = true,
    });
    private readonly Task _writer;
    private readonly TimeProvider _time;
    private long _dropped;

    public FileLoggerProvider(string path, TimeProvider time)
    {
        _time = time;
        _writer = Task.Run(() => Write(path));
    }

    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName);

    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writer.GetAwaiter().GetResult();
    }

    private async Task Write(string path)
    {
        await using var file = new StreamWriter(path, append: true);
        await foreach (var line in _lines.Reader.ReadAllAsync())
        {
            await file.WriteLineAsync(line);
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                await file.WriteLineAsync($"({dropped} lines were dropped here)");
            }

            if (!_lines.Reader.TryPeek(out _))
            {
                await file.FlushAsync();
            }
        }
    }

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = LogMask.Apply($"{provider._time.GetUtcNow():O} {logLevel} {category}[{eventId.Id}] {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}");
            if (!provider._lines.Writer.TryWrite(line))
            {
                Interlocked.Increment(ref provider._dropped);
            }
        }
    }
}
