namespace FunctionsEval.Evaluation.Scoring;

/// <summary>What a scorer made of an answer: a number, or the reason why the answer is invalid.</summary>
public abstract record Score
{
    private Score()
    {
    }

    public sealed record Valued(double Value) : Score;

    public sealed record Invalid(string Reason) : Score;
}
