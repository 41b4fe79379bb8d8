namespace FunctionsEval.Evaluation.Scoring;

/// <summary>The scores of scorers that only pass or fail an answer.</summary>
internal static class Binary
{
    private static readonly Score Yes = new Score.Valued(1);
    private static readonly Score No = new Score.Valued(0);

    public static Score NothingExpected { get; } = new Score.Invalid("The scenario has no expected text to compare with.");

    public static Score Of(bool passed) => passed ? Yes : No;
}
