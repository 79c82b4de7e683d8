using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Keeps the log events that no test of a sound engine makes: failures of its own, and grains that had to be dropped.</summary>
public sealed class EngineAlarms : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Events { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name is "TurnFailed" or "DeactivationForced" or "DeactivationFailed")
        {
            Events.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
    }
}
