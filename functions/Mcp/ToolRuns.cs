using System.Diagnostics;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Mcp;

/// <summary>The runs that models name in their calls.</summary>
internal sealed class ToolRuns(RunFinder finder)
{
    public const string Description = "A run: its id, the first characters of it, or latest.";

    public async Task<RunRecord> FindAsync(string reference, CancellationToken cancellationToken) => await finder.FindAsync(reference, cancellationToken) switch
    {
        RunReference.Found(var run) => run,
        RunReference.NotFound(var message) => throw new ToolException("run", message),
        var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
    };

    /// <summary>The newest completed run of the same name before this one.</summary>
    public async Task<RunRecord> BaselineAsync(RunRecord run, CancellationToken cancellationToken) =>
        await finder.FirstAsync(other => Gates.GateBaseline.IsEarlier(other, run), cancellationToken)
        ?? throw new ToolException("baseline", $"baseline 'latest' does not exist: there is no completed run of '{run.Name}' before '{run.RunId}'.");
}
