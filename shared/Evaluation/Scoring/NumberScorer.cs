using System.Globalization;
using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// The number in the answer: what the pattern's first group that took part captured, or without a pattern the first number that stands
/// alone. Invalid when there is none or when it lies outside the bounds.
/// </summary>
internal sealed partial class NumberScorer(string name, Regex? pattern, double? min, double? max) : IScorer
{
    /// <summary>Larger numbers are no ratings, and their squares would overflow in the analysis.</summary>
    public const double MaxMagnitude = 1e100;

    private const int FreeNumberTimeoutMilliseconds = 500;

    public string Name => name;

    public (double Min, double Max)? Scale => min is { } low && max is { } high ? (low, high) : null;

    public Score Score(string answer, string? expected)
    {
        string? found;
        try
        {
            found = pattern is null ? FirstFreeNumber(answer) : Captured(pattern.MatchPatiently(answer));
        }
        catch (RegexMatchTimeoutException)
        {
            return new Score.Invalid(BoundedPattern.TimeoutReason);
        }

        if (found is null)
        {
            return new Score.Invalid(pattern is null ? "The answer holds no number." : "The pattern does not match the answer.");
        }

        if (Parse(found.Trim()) is not { } value)
        {
            return new Score.Invalid($"{Wording.Shorten(found)} is not a number of at most 1e100.");
        }

        return value < min || value > max
            ? new Score.Invalid($"{Wording.Format(value)} is outside {Bound(min)} to {Bound(max)}.")
            : new Score.Valued(value);
    }

    private static string? FirstFreeNumber(string answer)
    {
        var digit = answer.AsSpan().IndexOfAnyInRange('0', '9');
        if (digit < 0)
        {
            return null;
        }

        // A sign and a point may stand before the first digit; starting there spares the search through long prose.
        var match = FreeNumber().MatchPatiently(answer, Math.Max(0, digit - 2));
        return match.Success ? match.Value : null;
    }

    private static string? Captured(Match match)
    {
        if (!match.Success)
        {
            return null;
        }

        for (var group = 1; group < match.Groups.Count; group++)
        {
            if (match.Groups[group].Success)
            {
                return match.Groups[group].Value;
            }
        }

        return null;
    }

    private static double? Parse(string text)
    {
        var plain = text.Replace('\u2212', '-');
        if (Grouped().IsMatch(plain))
        {
            plain = plain.Replace(",", "", StringComparison.Ordinal);
        }

        return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) <= MaxMagnitude ? value : null;
    }

    private static string Bound(double? bound) => bound is { } value ? Wording.Format(value) : "any number";

    // Not the 4 of "GPT-4", nor the 2 of "s02", nor the 5 of "1.2.5".
    [GeneratedRegex(
        @"(?<![\w.])(?<!\w[-\u2212])[-+\u2212]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?",
        RegexOptions.CultureInvariant,
        FreeNumberTimeoutMilliseconds)]
    private static partial Regex FreeNumber();

    // No two of its parts can take the same character, so it is linear and needs no limit.
    [GeneratedRegex(@"^[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant, Timeout.Infinite)]
    private static partial Regex Grouped();
}
