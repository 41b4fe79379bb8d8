using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace FunctionsEval.Cli;

/// <summary>
/// The log of a command: a line each, without stack traces, which say nothing to who typed it; and few lines of a kind, for a disk that is full
/// refuses every write and a model that does not exist every call.
/// </summary>
internal sealed class WarningLines() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "warnings";

    private const int MostOfAKind = 5;

    private readonly ConcurrentDictionary<(string Category, int Event), int> _said = [];

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var count = _said.AddOrUpdate((logEntry.Category, logEntry.EventId.Id), 1, (_, said) => said + 1);
        if (count > MostOfAKind)
        {
            return;
        }

        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var reason = logEntry.Exception is { } exception ? $": {exception.Message}" : "";
        var rest = count == MostOfAKind ? " (more of this kind are not shown)" : "";
        textWriter.WriteLine($"{(logEntry.LogLevel == LogLevel.Warning ? "warning" : "error")}: {Visible.Line($"{message}{reason}")}{rest}");
    }
}
