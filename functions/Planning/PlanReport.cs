using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Planning;

/// <summary>How large a comparison has to be.</summary>
/// <param name="Alpha">The two-sided error rate of one comparison, after sharing it among all.</param>
/// <param name="Plan">For the wanted number of samples.</param>
/// <param name="DetectableEffect">What the scenarios at hand can find with that power; null unless they were given, and where no difference that the scale has room for is found so often.</param>
/// <param name="ItemsByUpperSpread">Scenarios if the spread is as large as the pilot allows at 80%; null without a pilot.</param>
/// <param name="Curve">The same power by fewer scenarios with more samples each.</param>
public sealed record PlanReport(
    double Effect,
    double Power,
    double Alpha,
    PlanSpread Spread,
    PlanPoint Plan,
    double? DetectableEffect,
    IReadOnlyList<PlanPoint> Curve,
    IReadOnlyList<string> Notes,
    int? ItemsByUpperSpread = null,
    PlanLooks? Looks = null);

/// <summary>The same plan with looks at which it may stop, alpha spent as by O'Brien and Fleming.</summary>
/// <param name="Boundaries">|Z| that stops at each look.</param>
/// <param name="LargestItems">Scenarios where it never stops.</param>
/// <param name="ExpectedItems">On average, were the effect as planned.</param>
/// <param name="ExpectedItemsWithoutEffect">On average, were there none.</param>
public sealed record PlanLooks(
    int Looks, IReadOnlyList<double> Boundaries, int LargestItems, double ExpectedItems, double ExpectedItemsWithoutEffect);

/// <summary>The spread that the plan rests on.</summary>
/// <param name="PilotItems">Scenarios of the pilot; null when the spread was given.</param>
public sealed record PlanSpread(
    double DifferenceVariance, double WithinVariance, double ControlWithinVariance, double ItemsPerCluster, double ClusterCorrelation, int? PilotItems = null)
{
    internal PairedDesign Design(int samples) => new(DifferenceVariance, WithinVariance, ControlWithinVariance, samples, samples, ItemsPerCluster, ClusterCorrelation);
}

/// <param name="Items">Null when more than 100,000,000 were needed.</param>
/// <param name="Cells">Both variants.</param>
/// <param name="Power">What the test of the run finds with so many scenarios; null where there are too many to try it, and the formula of the t test counts.</param>
public sealed record PlanPoint(int SamplesPerScenario, int? Items, long? Cells, long? Calls, double? Cost, double? WallSeconds, double? Power = null);
