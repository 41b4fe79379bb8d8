using FunctionsEval.Definitions;
using FunctionsEval.Local;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
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

    // Alike pairs are told apart until it is clear whether too often, looked at after every 2,000: a false-positive rate of 8% where 5% are promised is found nine times of ten
    // (docs/statistics.md), and a method that is right is mostly done after the first look.
    internal const int PerLook = 2_000;
    internal const int Looks = 4;
    private const double Broken = 1.6;

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
        return Report(pairs, run, (design.Scenarios, design.Samples), calls, () => program.Clock.GetElapsedTime(started));
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
        return Report(pairs, run, (run.Items, run.Sampling.MeanSamples), calls: 0, () => program.Clock.GetElapsedTime(started), judgesPower: false);
    }

    /// <summary>False only where chance does not explain what was seen.</summary>
    internal static bool IsSound((int Count, int Of) told, (int Count, int Of) found, double alpha, double planned) =>
        !IsSuspect(told, alpha) && BinomialTail.AtMost(found.Count, found.Of, Math.Max(0, planned - Tolerance)) >= Unbelievable;

    /// <param name="elapsed">Asked for when the comparisons are made.</param>
    /// <param name="judgesPower">Whether what was found of the planted effect decides too.</param>
    /// <param name="decide">How a comparison is decided; the program's own way when missing.</param>
    internal static SelfTestReport Report(
        SelfTestPairs pairs, RunRecord run, (int Scenarios, int Samples) size, long calls, Func<TimeSpan> elapsed, bool judgesPower = true, Func<PairedSamples, ComparisonDesign, Random, Verdict>? decide = null)
    {
        decide ??= Decide;
        var alpha = pairs.Design.Alpha;
        var seed = unchecked((int)run.Sampling.DispatchSeed);
        var told = ToldApart(pairs, decide, seed);
        var random = new Random(seed);
        var found = pairs.Planted.Count(pair => decide(pair, pairs.PlantedDesign, random) == Verdict.Better);
        var planted = pairs.Planted.Count;
        var (falsePositives, power) = (WilsonInterval.OfProportion(told.Count, told.Of, 0.95)!, WilsonInterval.OfProportion(found, planted, 0.95)!);
        return new SelfTestReport(
            new ObservedRate((double)told.Count / told.Of, falsePositives.Lower, falsePositives.Upper, told.Of),
            new ObservedPower((double)found / planted, power.Lower, power.Upper, pairs.PlannedPower, planted),
            alpha,
            pairs.Effect,
            size.Scenarios,
            size.Samples,
            [.. run.Variants.Select(variant => variant.Name)],
            calls,
            Math.Round(elapsed().TotalSeconds, 3),
            IsSound(told, (judgesPower ? found : planted, planted), alpha, pairs.PlannedPower));
    }

    private static bool IsSuspect((int Count, int Of) told, double alpha) => BinomialTail.AtLeast(told.Count, told.Of, alpha) < Unbelievable / Looks;

    private static (int Count, int Of) ToldApart(SelfTestPairs pairs, Func<PairedSamples, ComparisonDesign, Random, Verdict> decide, int seed)
    {
        var told = (Count: Count(0, pairs.Same.Count, (index, _) => pairs.Same[index]), Of: pairs.Same.Count);
        for (var look = 0; look < Looks; look++)
        {
            told = (told.Count + Count(told.Of, PerLook, pairs.Relabelled), told.Of + PerLook);
            if (IsSuspect(told, pairs.Design.Alpha) || BinomialTail.AtMost(told.Count, told.Of, Broken * pairs.Design.Alpha) < Unbelievable)
            {
                break;
            }
        }

        return told;

        int Count(int first, int count, Func<int, Random, PairedSamples> make)
        {
            // Neighbouring seeds draw alike: each comparison gets one that was drawn.
            var (apart, seeds) = (0, new Random(unchecked(seed + first)));
            int[] own = [.. Enumerable.Range(0, count).Select(_ => seeds.Next())];
            Parallel.For(0, count, index =>
            {
                var random = new Random(own[index]);
                if (decide(make(first + index, random), pairs.Design, random) is Verdict.Better or Verdict.Worse)
                {
                    Interlocked.Increment(ref apart);
                }
            });
            return apart;
        }
    }

    private static Verdict Decide(PairedSamples samples, ComparisonDesign design, Random random) =>
        Decisions.Of([new Evidence(Comparison.Of(samples, design, random))], design, Correction.Holm)[0].Verdict;
}
