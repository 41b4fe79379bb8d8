using System.Collections.Concurrent;

namespace FunctionsEval.Cli;

/// <summary>
/// The log of a command on standard error: a line each, without stack traces, which say nothing to who typed it; and few lines of a kind, for a disk
/// that is full refuses every write and a model that does not exist every call.
/// </summary>
internal sealed class WarningLines : ILoggerProvider
{
    private const int MostOfAKind = 5;

    private readonly ConcurrentDictionary<(string Category, int Event), int> _said = [];

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    public void Dispose()
    {
    }

    private void Write(string category, LogLevel level, EventId kind, string message, Exception? exception)
    {
        var count = _said.AddOrUpdate((category, kind.Id), 1, (_, said) => said + 1);
        if (count > MostOfAKind)
        {
            return;
        }

        var reason = exception is null ? "" : $": {exception.Message}";
        var rest = count == MostOfAKind ? " (more of this kind are not shown)" : "";
        Console.Error.WriteLine($"{(level == LogLevel.Warning ? "warning" : "error")}: {Visible.Line($"{message}{reason}")}{rest}");
    }

    private sealed class Lines(WarningLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Write(category, logLevel, eventId, formatter(state, exception), exception);
            }
        }
    }
}
