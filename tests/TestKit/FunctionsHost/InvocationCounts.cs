using System.Collections.Concurrent;

namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>How often each function was called, and with what ending.</summary>
public sealed class InvocationCounts
{
    private readonly ConcurrentDictionary<string, (int Started, int Succeeded, int Failed)> _counts = new(StringComparer.OrdinalIgnoreCase);

    public (int Started, int Succeeded, int Failed) Of(string function) => _counts.GetValueOrDefault(function);

    internal void Started(string function) => Add(function, (1, 0, 0));

    internal void Succeeded(string function) => Add(function, (0, 1, 0));

    internal void Failed(string function) => Add(function, (0, 0, 1));

    private void Add(string function, (int Started, int Succeeded, int Failed) by) => _counts.AddOrUpdate(
        function, by, (_, now) => (now.Started + by.Started, now.Succeeded + by.Succeeded, now.Failed + by.Failed));
}
