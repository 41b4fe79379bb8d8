namespace FunctionsEval.Runs.Records;

/// <summary>A retry as the run keeps it: what it asked for, and where its variants stood before.</summary>
/// <param name="Number">The extension of the run that it is.</param>
/// <param name="Cells">How many cells it called again.</param>
public sealed record RunRetry(IReadOnlyList<string> Codes, IReadOnlyList<string> Variants, int Number, long Cells, IReadOnlyList<VariantBeforeRetry> Before)
{
    /// <summary>The code of scores whose judge failed.</summary>
    public const string JudgeFailed = "judge_failed";
}

/// <param name="Mean">Of the first scorer.</param>
public sealed record VariantBeforeRetry(string Variant, double? Mean, long Failed, long Refused, long Truncated);
