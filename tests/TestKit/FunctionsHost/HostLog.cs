using System.Collections.Concurrent;

namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>What the host would log, and what the handler wrote: standard output is information, standard error an error.</summary>
public sealed class HostLog
{
    private readonly ConcurrentQueue<string> _host = new();
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    public IReadOnlyCollection<string> Host => _host;

    public IReadOnlyCollection<string> HandlerOutput => _output;

    public IReadOnlyCollection<string> HandlerErrors => _errors;

    public void Write(string line) => _host.Enqueue(line);

    public void HandlerWrote(string line) => _output.Enqueue(line);

    public void HandlerFailed(string line) => _errors.Enqueue(line);

    /// <summary>Everything, for the message of a failed test.</summary>
    public override string ToString() =>
        $"""
        -- host
        {string.Join('\n', _host)}
        -- handler, standard output
        {string.Join('\n', _output.TakeLast(100))}
        -- handler, standard error
        {string.Join('\n', _errors.TakeLast(100))}
        """;
}
