using System.Diagnostics;
using System.Diagnostics.Metrics;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Activities;

/// <summary>Spans and counters of runs. A cell belongs to the trace of the request that started its run, wherever and whenever it is evaluated.</summary>
internal static class RunTelemetry
{
    public const string Name = "FunctionsEval";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Cells = Meter.CreateCounter<long>("functionseval.cells", "{cell}", "Cells that were evaluated and stored");
    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("functionseval.runs", "{run}", "Runs that ended");

    /// <summary>What a new run keeps of the request that starts it; null when that is not traced.</summary>
    public static string? TraceParent => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    public static Activity? StartCell(RunRecord run, CellAddress address)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        // The engine's own call, which may be of another trace, is linked.
        var caller = Activity.Current?.Context;
        var hasParent = ActivityContext.TryParse(run.Calls.TraceParent, traceState: null, isRemote: true, out var parent);
        return Source.StartActivity(
                "evaluate_cell",
                ActivityKind.Internal,
                hasParent ? parent : caller ?? default,
                links: hasParent && caller is { } context ? [new ActivityLink(context)] : null)?
            .SetTag("functionseval.run.id", run.RunId)
            .SetTag("functionseval.cell", address.RowKey)
            .SetTag("functionseval.variant", run.Variants[address.Variant].Name);
    }

    public static void CellStored(Activity? span, RunRecord run, CellRecord cell)
    {
        var outcome = JsonRules.Name(cell.Outcome);
        span?.SetTag("functionseval.outcome", outcome);
        if (cell.Error is { } error)
        {
            span?.SetTag("error.type", error.Code).SetStatus(ActivityStatusCode.Error);
        }

        if (span is { IsAllDataRequested: true })
        {
            // https://opentelemetry.io/docs/specs/semconv/gen-ai/; reasons stay out, as prompts and answers do.
            foreach (var score in cell.Scores)
            {
                span.AddEvent(new ActivityEvent("gen_ai.evaluation.result", tags: score.Value is { } value
                    ? new ActivityTagsCollection { ["gen_ai.evaluation.name"] = score.Name, ["gen_ai.evaluation.score.value"] = value }
                    : new ActivityTagsCollection { ["gen_ai.evaluation.name"] = score.Name, ["gen_ai.evaluation.score.label"] = "invalid" }));
            }
        }

        Cells.Add(1, new KeyValuePair<string, object?>("functionseval.outcome", outcome), new("gen_ai.request.model", run.Variants[cell.Address.Variant].Model));
    }

    public static void RunEnded(RunStatus status) => Runs.Add(1, new KeyValuePair<string, object?>("functionseval.status", JsonRules.Name(status)));
}
