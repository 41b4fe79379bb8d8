using FunctionsEval.Cli;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Local;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Benchmarks;

/// <summary>Runs as they are stored after their end, without the calls that make them.</summary>
internal static class StoredRuns
{
    public const int CellsOfScenario = Variants * Samples;

    private const int Variants = 4;
    private const int Samples = 5;

    private static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>One run of so many cells: scenarios x 4 variants x 5 samples. Its id.</summary>
    public static async Task<string> LargeAsync(string data, int cells, CancellationToken cancellationToken)
    {
        await using var program = LocalProgram.Open(new Settings(_ => null, data), Terminal.Warnings());
        return await AddAsync(program, "large", cells / CellsOfScenario, Start, cancellationToken);
    }

    /// <summary>So many runs of 40 cells each.</summary>
    public static async Task ManyAsync(string data, int count, CancellationToken cancellationToken)
    {
        await using var program = LocalProgram.Open(new Settings(_ => null, data), Terminal.Warnings());
        for (var run = 0; run < count; run++)
        {
            await AddAsync(program, $"run {run}", 2, Start.AddMinutes(run), cancellationToken);
        }
    }

    private static async Task<string> AddAsync(LocalProgram program, string name, int items, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var run = new RunRecord(
            RunId.New(at), RunRecord.MultiSample, name, "d", [.. Enumerable.Range(0, Variants).Select(variant => Variant.Of($"openai:m{variant}"))], items,
            [new ScorerSpec("contains", "contains")], new RunSampling(Samples, 100, null, 7), new RunCalls("", new ProbeConfig()), RunStatus.Paused, at, new RunCourse(at), new CompareSpec(Margin: 0.02));
        var runs = program.Get<RunStore>();
        await runs.AddAsync(run, cancellationToken);
        await runs.AddItemsAsync(
            run.RunId,
            Enumerable.Range(0, items).Select(item => (item, ScenarioJson.Write(new Scenario($"s{item}", $"scenario {item}", $"What is the capital of country {item}?", Expected: "Paris")))).ToAsyncEnumerable(),
            cancellationToken);
        var random = new Random(1);
        var ledger = program.Get<CellLedger>();
        var addresses =
            from item in Enumerable.Range(0, items)
            from variant in Enumerable.Range(0, Variants)
            from sample in Enumerable.Range(0, Samples)
            select (Address: new CellAddress(item, variant, sample), Score: random.NextDouble() < 0.6 + (0.08 * variant) ? 1.0 : 0.0);
        await Parallel.ForEachAsync(addresses, new ParallelOptions { MaxDegreeOfParallelism = 256, CancellationToken = cancellationToken }, async (cell, _) =>
        {
            var end = at.AddMilliseconds(640);
            var record = new CellRecord(cell.Address, CellOutcome.Scored, cell.Score, [new NamedScore("contains", cell.Score)], null, 1, 0, 14, 9, null, "m", "stop", at, end, 0.0004m);
            var transcript = new Transcript([new Turn(1, "scenario_prompt", "What is the capital?", "The capital is Paris.", "stop", 14, 9)], "m", at, end);
            var call = new ProviderCall("openai", "m", 1, at, end, new ModelOutcome.Answered(new ModelAnswer("The capital is Paris.", "stop", "m", new TokenUsage(14, 9), RequestId: null)));
            await ledger.StoreAsync(run.RunId, record, transcript, [call]);
        });
        await program.Get<AnalyzeRun>().AnalyzeAsync(run.RunId, cancellationToken);
        await program.Get<CompleteRun>().RunAsync(new CompleteRunInput(run.RunId), cancellationToken);
        return run.RunId;
    }
}
