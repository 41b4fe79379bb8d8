namespace FunctionsEval.Evaluation.Scoring;

/// <summary>What a scorer made of an answer: a number, or the reason why the answer is invalid.</summary>
public abstract record Score
{
    private static readonly Score Yes = new Valued(1);
    private static readonly Score No = new Valued(0);

    private Score()
    {
    }

    internal static Score Of(bool passed) => passed ? Yes : No;

    public sealed record Valued(double Value) : Score;

    public sealed record Invalid(string Reason) : Score;
}
