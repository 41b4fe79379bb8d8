using FunctionsEval.Evaluation.Cells;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>Pure and thread-safe: scores the text of one turn.</summary>
public interface IScorer
{
    string Name { get; }

    /// <summary>The smallest and largest score that can come out, when they are known: what consistency is measured against.</summary>
    (double Min, double Max)? Scale { get; }

    /// <summary>How means count an answer that this scorer found invalid.</summary>
    InvalidAnswers InvalidAnswers => InvalidAnswers.Exclude;

    /// <param name="expected">Any of these will do; empty where the scenario expects nothing.</param>
    Score ScoreAny(string answer, IReadOnlyList<string> expected);

    Score Score(string answer, string? expected) => ScoreAny(answer, expected is null ? [] : [expected]);

    /// <summary>Scores one turn of a conversation; its text, unless the scorer looks at something else.</summary>
    Score ScoreTurn(Turn turn, IReadOnlyList<string> expected) => ScoreAny(turn.TargetResponse, expected);
}

/// <summary>How means count invalid answers.</summary>
public enum InvalidAnswers
{
    /// <summary>They are left out, counted, and a verdict that they could turn round is inconclusive.</summary>
    Exclude,

    /// <summary>As the score 0.</summary>
    Zero,
}
