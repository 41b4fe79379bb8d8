using System.Text.RegularExpressions;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>What one type of scorer does with the text that is scored.</summary>
internal interface ITextScorer
{
    (double Min, double Max)? Scale { get; }

    /// <summary>Whether it compares with a wanted text; those that do not get null.</summary>
    bool NeedsWanted { get; }

    Score Score(string text, string? wanted);
}

/// <summary>A scorer as declared: what all types share around what one type does. Pattern timeouts and endless loops become invalid answers here.</summary>
/// <param name="extraction">Where the scored text stands in the answer; null is all of it.</param>
internal sealed class ConfiguredScorer(ScorerSpec spec, ITextScorer inner, AnswerPart? extraction) : IScorer
{
    private readonly string? _value = spec.Value is null ? null : FormOf(spec, spec.Value);

    public string Name { get; } = spec.Name ?? spec.Type;

    public (double Min, double Max)? Scale => inner.Scale;

    public InvalidAnswers InvalidAnswers { get; } = ScorerRules.InvalidAnswersOf(spec);

    public Score ScoreAny(string answer, IReadOnlyList<string> expected)
    {
        var text = AnswerText.Normalize(spec.Reasoning == ScorerSpec.KeepReasoning ? answer : AnswerText.WithoutThoughts(answer));
        if (string.IsNullOrWhiteSpace(text))
        {
            return new Score.Invalid("The answer is empty.");
        }

        try
        {
            return Apply(text, expected);
        }
        catch (RegexMatchTimeoutException)
        {
            return new Score.Invalid(BoundedPattern.TimeoutReason);
        }
    }

    public Score ScoreTurn(Turn turn, IReadOnlyList<string> expected) =>
        inner is ITurnScorer other ? Finish(other.Score(turn)) : ScoreAny(turn.TargetResponse, expected);

    private Score Apply(string text, IReadOnlyList<string> expected)
    {
        if (extraction is not null)
        {
            if (extraction.Of(text) is not { } part)
            {
                return new Score.Invalid("The pattern does not match the answer.");
            }

            text = part;
        }

        text = spec.Plain ? PlainText.Of(text) : text;
        if (!inner.NeedsWanted)
        {
            return Finish(inner.Score(text, null));
        }

        IReadOnlyList<string> wanted = _value is not null ? [_value] : expected;
        return wanted.Count == 0
            ? new Score.Invalid("The scenario has no expected text to compare with.")
            : Finish(Best(wanted.Select(one => inner.Score(text, FormOf(spec, one)))));
    }

    /// <summary>A text in the form that it is compared in.</summary>
    internal static string FormOf(ScorerSpec spec, string text) => spec.Plain ? PlainText.Of(AnswerText.Normalize(text)) : AnswerText.Normalize(text);

    /// <summary>The highest score; of answers that are invalid whatever was wanted, the first reason.</summary>
    private static Score Best(IEnumerable<Score> scores)
    {
        Score? best = null;
        foreach (var score in scores)
        {
            if (best is null || (score is Score.Valued(var value) && !(best is Score.Valued(var most) && most >= value)))
            {
                best = score;
            }
        }

        return best!;
    }

    private Score Finish(Score score) => spec.Not && score is Score.Valued(var value) ? new Score.Valued(1 - value) : score;
}

/// <summary>Scores what happened in a turn, not its text.</summary>
internal interface ITurnScorer : ITextScorer
{
    Score Score(Turn turn);
}

/// <summary>The part of an answer that a pattern finds: its first group that took part, or the whole match where it has no group.</summary>
internal sealed class AnswerPart(Regex pattern, bool last)
{
    public string? Of(string text) => Find(text) is { } found ? found.Value : null;

    /// <summary>Null when the pattern does not match.</summary>
    public Capture? Find(string text) => BoundedPattern.Patiently(() =>
    {
        var match = pattern.Match(text);
        for (var next = match; last && next.Success; next = next.NextMatch())
        {
            match = next;
        }

        return match.Success ? Captured(match) : null;
    });

    private static Capture? Captured(Match match) => match.Groups.Count == 1
        ? match
        : Enumerable.Range(1, match.Groups.Count - 1).Select(group => match.Groups[group]).FirstOrDefault(group => group.Success);
}
