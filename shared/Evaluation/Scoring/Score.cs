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

/// <summary>Pure and thread-safe: scores the text of one turn.</summary>
public interface IScorer
{
    string Name { get; }

    /// <summary>The smallest and largest score that can come out, when they are known: what consistency is measured against.</summary>
    (double Min, double Max)? Scale { get; }

    Score Score(string answer, string? expected);
}
