using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Functions.Tests.Setup;

/// <summary>Keeps all that is logged, at every level: text, named values and exceptions.</summary>
internal sealed class KeptLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public static ILoggerFactory Factory(KeptLogs kept) => LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(kept));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        _lines.Enqueue($"scope {state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var values = state is IEnumerable<KeyValuePair<string, object?>> named ? string.Join(", ", named) : "";
        _lines.Enqueue($"{logLevel} {formatter(state, exception)} {values} {exception}");
    }

    public void Dispose()
    {
    }
}
