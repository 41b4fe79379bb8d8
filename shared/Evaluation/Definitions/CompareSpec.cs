namespace FunctionsEval.Evaluation.Definitions;

/// <summary>What is compared, fixed before any score is seen.</summary>
/// <param name="Control">The variant that the others are compared with; null is the first one.</param>
/// <param name="Margin">The smallest difference that matters, in units of the score; without it nothing is called equivalent.</param>
/// <param name="Margins">By metric, before <paramref name="Margin"/>: scores of different scales need margins of their own.</param>
/// <param name="Metrics">Names of scorers; null is all of them.</param>
/// <param name="Pairs"><c>control</c>: each variant with the control. <c>all</c>: each with each.</param>
/// <param name="Correction">Over the pairs of one metric: <c>holm</c> or <c>none</c>.</param>
/// <param name="Better"><c>higher</c> scores are better, or <c>lower</c> ones.</param>
public sealed record CompareSpec(
    string? Control = null,
    double? Margin = null,
    IReadOnlyList<string>? Metrics = null,
    double Confidence = CompareSpec.StandardConfidence,
    string Pairs = CompareSpec.WithControl,
    string Correction = "holm",
    string Better = "higher",
    IReadOnlyDictionary<string, double>? Margins = null)
{
    public const double StandardConfidence = 0.95;
    public const string WithControl = "control";

    public double? MarginOf(string metric) => Margins is not null && Margins.TryGetValue(metric, out var own) ? own : Margin;
}

/// <summary>When a run may end before its plan does. Looks happen between waves of whole items in random order.</summary>
/// <param name="Type">How looks share the error rate: one of <see cref="Types"/>.</param>
/// <param name="LookEvery">Items between two looks.</param>
/// <param name="Margin">Null takes that of the comparison.</param>
/// <param name="Metric">The scorer that is looked at; null is the first one.</param>
/// <param name="Futility">Also stop when an effect has become unlikely to be found; a heuristic that costs power and no false positives.</param>
/// <param name="MaxCalls">Stop once so many calls were sent.</param>
public sealed record StoppingSpec(int LookEvery, double? Margin = null, string? Metric = null, bool Futility = false, long? MaxCalls = null, string Type = StoppingSpec.OBrienFleming)
{
    /// <summary>Planned looks that spend little early, so that the last is nearly that of a run without looks.</summary>
    public const string OBrienFleming = "obrien_fleming";

    /// <summary>Planned looks that spend evenly: large effects end early, and the last look is dearer.</summary>
    public const string Pocock = "pocock";

    /// <summary>Looks whenever one likes, which cost half of the power.</summary>
    public const string Anytime = "anytime";

    public static IReadOnlyList<string> Types { get; } = [OBrienFleming, Pocock, Anytime];
}
