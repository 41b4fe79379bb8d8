using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.Setup;

/// <summary>Runs and finished cells as the ledger gets them.</summary>
internal static class RunCells
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static RunRecord Run(string runId = "r000000000000000", int items = 40, int models = 2, int samples = 3) => new(
        runId,
        RunRecord.MultiSample,
        "a run",
        "d",
        [.. Enumerable.Range(0, models).Select(model => Variant.Of($"openai:m{model}"))],
        items,
        [new ScorerSpec("number", "number", Pattern: @"(\d)", Min: 1, Max: 5)],
        new RunSampling(samples, Percentage: 100, Seed: null, DispatchSeed: 7),
        new RunCalls(Preamble: "", new ProbeConfig()),
        RunStatus.Running,
        Noon,
        new RunCourse());

    public static CellRecord Scored(CellAddress address, int calls = 1, int lost = 0, double score = 3) => new(
        address, CellOutcome.Scored, score, [new NamedScore("number", score)], null, calls, lost, 10, 2, null, "m", "stop", Noon, Noon.AddSeconds(1));

    public static CellRecord Of(CellOutcome outcome, CellAddress address, int calls = 1, int lost = 0) => outcome switch
    {
        CellOutcome.Scored => Scored(address, calls, lost),
        CellOutcome.Invalid => Scored(address, calls, lost) with { Outcome = outcome, Score = null, Scores = [new NamedScore("number", null, "no number")] },
        _ => Scored(address, calls, lost) with
        {
            Outcome = outcome,
            Score = null,
            Scores = [],
            Error = new CellError("rate_limit", "Too many requests.", true, 429),
            InputTokens = null,
            OutputTokens = null,
        },
    };

    public static Transcript Said(string answer) =>
        new([new Turn(1, "scenario_prompt", "How good?", answer, "stop", 10, 2)], "m", Noon, Noon.AddSeconds(1));

    /// <summary>Attempts of which only the last one was answered.</summary>
    public static IReadOnlyList<ProviderCall> Calls(int count) =>
        [.. Enumerable.Range(1, count).Select(attempt => new ProviderCall("openai", "m0", attempt, Noon, Noon.AddSeconds(1), attempt == count
            ? new ModelOutcome.Answered(new ModelAnswer("3", "stop", "m", new TokenUsage(10, 2), $"request-{attempt}"))
            : new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.RateLimit, "Too many requests.", 429))))];

    /// <summary>Scenarios as the store takes them.</summary>
    public static IAsyncEnumerable<(int Item, string Json)> Items(IEnumerable<Scenario> scenarios) =>
        scenarios.Select((scenario, index) => (index, ScenarioJson.Write(scenario))).ToAsyncEnumerable();

    /// <summary>Every address of a run, item by item.</summary>
    public static IEnumerable<CellAddress> Addresses(RunRecord run) =>
        from item in Enumerable.Range(0, run.Items)
        from variant in Enumerable.Range(0, run.Variants.Count)
        from sample in Enumerable.Range(0, run.Sampling.SamplesPerScenario)
        select new CellAddress(item, variant, sample);
}
