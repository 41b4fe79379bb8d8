namespace FunctionsEval.Evaluation.Scoring;

/// <summary>Pure and thread-safe: scores the text of one turn.</summary>
public interface IScorer
{
    string Name { get; }

    /// <summary>The smallest and largest score that can come out, when they are known: what consistency is measured against.</summary>
    (double Min, double Max)? Scale { get; }

    Score Score(string answer, string? expected);
}
