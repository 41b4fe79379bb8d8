using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Sampling;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Evaluation.Triage;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs;

/// <summary>A run whose items are candidates of content and whose cells triage them: that of an A/B test or of a digest.</summary>
internal static class TriageRun
{
    // A triage answers once, and once more where its output cannot be read.
    private const int Turns = 2;

    public static RunRecord New(
        string kind, string name, DateTimeOffset now, IReadOnlyList<Variant> variants, int items, RunContent content, int samples = 1, string? baseUrl = null)
    {
        var runId = RunId.New(now);
        return new RunRecord(
            runId,
            kind,
            name,
            DefinitionId: "",
            [.. variants.Select(variant => variant with { MaxTokens = variant.MaxTokens ?? TriagePrompt.MaxTokensFor(variant.ReasoningEffort) })],
            items,
            TriageScorers.Specs,
            new RunSampling(samples, Percentage: 100, Seed: null, ScenarioSampling.SeedOf(null, runId)),
            new RunCalls(TriagePrompt.Instructions, new ProbeConfig(Temperature: null, MaxTurns: Turns), baseUrl, TraceParent: RunTelemetry.TraceParent),
            RunStatus.Pending,
            now,
            new RunCourse(),
            Content: content);
    }
}
