using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.AbTests;

/// <summary>An A/B test that was checked and may be started.</summary>
/// <param name="Margin">The smallest difference that matters: points of the score, percentage points of the flags. Without it nothing is called equivalent.</param>
/// <param name="MaxItems">At most <see cref="LargestMaxItems"/>.</param>
public sealed record AbTestRequest(string TopicId, TimeWindow Window, IReadOnlyList<Variant> Variants, int MaxItems = AbTestRequest.DefaultMaxItems, int Samples = 1, double? Margin = null)
{
    public const int DefaultMaxItems = 50;
    public const int LargestMaxItems = 200;
    public const int MaxVariants = 20;
}
