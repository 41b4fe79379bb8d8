using FunctionsEval.Definitions;
using FunctionsEval.Local;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.SelfTests;

/// <summary>Runs comparisons whose answer is known through the whole program, models to verdicts, and counts how often it is right.</summary>
internal sealed class SelfTest(LocalProgram program)
{
    // How far the power may fall short of the plan, beside chance: the plan takes the spread for known.
    private const double Tolerance = 0.03;

    // Two promises are looked at, so that a program that keeps both exactly fails less than once in 10,000 times.
    private const double Unbelievable = 0.5e-4;

    public async Task<SelfTestReport> RunAsync(SelfTestDesign design, CancellationToken cancellationToken)
    {
        var started = program.Clock.GetTimestamp();
        program.KeepLeases();
        var definitionId = await program.Get<DefinitionStore>().AddAsync(design.Definition, cancellationToken);
        var run = await program.Get<StartRun>().StartAsync(definitionId, new RunOverrides(), program.Settings.BaseUrl, cancellationToken) switch
        {
            StartOutcome.Started(var record) => record,
            StartOutcome.Rejected(var errors) => throw new UsageException(string.Join(" ", errors.Select(error => error.Message))),
            var other => throw new System.Diagnostics.UnreachableException($"Unhandled {other.GetType().Name}"),
        };
        await program.Get<DurableTaskClient>().WaitForInstanceCompletionAsync(run.RunId, getInputsAndOutputs: false, cancellationToken);
        run = await program.Get<RunStore>().GetAsync(run.RunId, cancellationToken);
        var pairs = await SelfTestPairs.ReadAsync(program.Get<RunStore>(), program.Get<CellLedger>(), run, design, cancellationToken);
        var calls = CallCounts.Of(await program.Get<CellLedger>().CountAsync(run, cancellationToken)).Sent;
        return Report(pairs, run, (design.Scenarios, design.Samples), calls, program.Clock.GetElapsedTime(started));
    }

    /// <summary>On the stored cells of a run, without a call. Only false claims decide whether it is sound: a plan by t promises too much of few scenarios with coarse scores.</summary>
    public async Task<SelfTestReport> OfRunAsync(RunRecord run, double? effect, CancellationToken cancellationToken)
    {
        var started = program.Clock.GetTimestamp();
        if (run.Variants.Count < 2 || run.Scorers.Count == 0)
        {
            throw new UsageException($"run '{run.RunId}' has {run.Variants.Count} variants and {run.Scorers.Count} scorers: a self-test needs two variants and a scorer.");
        }

        var scores = await RunScores.ReadAsync(program.Get<RunStore>(), program.Get<CellLedger>(), run, cancellationToken);
        var pairs = SelfTestPairs.OfRun(scores, effect, new Random(unchecked((int)run.Sampling.DispatchSeed)));
        return Report(pairs, run, (run.Items, run.Sampling.MeanSamples), calls: 0, program.Clock.GetElapsedTime(started), judgesPower: false);
    }

    /// <summary>False only where chance does not explain what was seen.</summary>
    internal static bool IsSound((int Count, int Of) told, (int Count, int Of) found, double alpha, double planned) =>
        BinomialTail.AtLeast(told.Count, told.Of, alpha) >= Unbelievable && BinomialTail.AtMost(found.Count, found.Of, Math.Max(0, planned - Tolerance)) >= Unbelievable;

    /// <param name="judgesPower">Whether what was found of the planted effect decides too.</param>
    /// <param name="decide">How a comparison is decided; the program's own way when missing.</param>
    internal static SelfTestReport Report(
        SelfTestPairs pairs, RunRecord run, (int Scenarios, int Samples) size, long calls, TimeSpan elapsed, bool judgesPower = true, Func<PairedSamples, ComparisonDesign, Random, Verdict>? decide = null)
    {
        decide ??= Decide;
        var alpha = pairs.Design.Alpha;
        var random = new Random(unchecked((int)run.Sampling.DispatchSeed));
        var alike = pairs.Same.Concat(pairs.Relabel(random)).ToList();
        var told = alike.Count(pair => decide(pair, pairs.Design, random) is Verdict.Better or Verdict.Worse);
        var found = pairs.Planted.Count(pair => decide(pair, pairs.PlantedDesign, random) == Verdict.Better);
        var planted = pairs.Planted.Count;
        var (falsePositives, power) = (WilsonInterval.OfProportion(told, alike.Count, 0.95)!, WilsonInterval.OfProportion(found, planted, 0.95)!);
        return new SelfTestReport(
            new ObservedRate((double)told / alike.Count, falsePositives.Lower, falsePositives.Upper, alike.Count),
            new ObservedPower((double)found / planted, power.Lower, power.Upper, pairs.PlannedPower, planted),
            alpha,
            pairs.Effect,
            size.Scenarios,
            size.Samples,
            [.. run.Variants.Select(variant => variant.Name)],
            calls,
            Math.Round(elapsed.TotalSeconds, 3),
            IsSound((told, alike.Count), (judgesPower ? found : planted, planted), alpha, pairs.PlannedPower));
    }

    private static Verdict Decide(PairedSamples samples, ComparisonDesign design, Random random) =>
        Decisions.Of([new Evidence(Comparison.Of(samples, design, random))], design, Correction.Holm)[0].Verdict;
}
