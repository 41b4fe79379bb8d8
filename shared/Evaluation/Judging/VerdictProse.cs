using System.Globalization;
using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Judging;

/// <summary>Scores in plain words: "Score: 4", "4/5", "four", "Verdict: pass". A score must stand for itself, as a whole text or behind its label.</summary>
internal static partial class VerdictProse
{
    private const string Numeral = @"(?<value>[+-]?\d{1,9}(?:\.\d{1,9})?|zero|one|two|three|four|five|six|seven|eight|nine|ten)(?:\s{0,2}(?:/|out\s+of)\s{0,2}(?<top>\d{1,9}(?:\.\d{1,9})?))?(?!\w|%|[.,/]\d|\s?-\s?\d)";
    private const string Word = @"(?<value>passed|passes|pass|failed|fails|fail)(?!\w)";
    private const string Between = @"(?:[\s""'*_`\[\]:=–]|-(?=\s)){0,10}(?:(?:is|of)[\s""'*_`:]{1,6})?";
    private const string Label = @"(?<!\w)(?:score|rating|grade|verdict|overall|result)";
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private const int Timeout = 5_000;

    private static readonly string[] Numerals = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

    /// <summary>The score of a text that is one and nothing else; null when it is none.</summary>
    /// <param name="top">What a fraction must be out of.</param>
    public static double? Value(string text, bool passFail, double top)
    {
        var match = (passFail ? WholeWord() : WholeNumber()).Match(text);
        return match.Success ? Read(match, top) : null;
    }

    /// <summary>The score that a text is or names; or why there is none.</summary>
    /// <param name="name">Of the criterion; null is the one score.</param>
    public static (double? Value, string? Problem) Find(string text, string? name, bool passFail, double top)
    {
        try
        {
            if (name is null && Value(text, passFail, top) is { } whole)
            {
                return (whole, null);
            }

            var label = name is null
                ? passFail ? LabelledWord() : LabelledNumber()
                : new Regex($@"(?<![\w-]){Regex.Escape(name)}(?![\w-]){Between}{(passFail ? Word : Numeral)}", Options, TimeSpan.FromMilliseconds(Timeout));
            var found = label.Matches(text).Select(match => Read(match, top)).Distinct().ToList();
            var what = name is null ? "a score" : $"a score for criterion \"{name}\"";
            return found switch
            {
                [{ } one] => (one, null),
                [null] => (null, string.Create(CultureInfo.InvariantCulture, $"it names a score that is not out of {top}")),
                [] => (null, $"it has no JSON and does not name {what}"),
                _ => (null, $"it has no JSON and names {what} several times, not always the same"),
            };
        }
        catch (RegexMatchTimeoutException)
        {
            return (null, "it has no JSON and takes too long to search");
        }
    }

    // Null for a fraction of another scale.
    private static double? Read(Match match, double top)
    {
        var value = match.Groups["value"].Value.ToLowerInvariant();
        if (value[0] is 'p' || value.StartsWith("fail", StringComparison.Ordinal))
        {
            return value[0] is 'p' ? 1 : 0;
        }

        return match.Groups["top"] is { Success: true } outOf && double.Parse(outOf.Value, CultureInfo.InvariantCulture) != top ? null
            : Array.IndexOf(Numerals, value) is var word and >= 0 ? word
            : double.Parse(value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^[\s""'*_`(\[]{0,9}" + Numeral + @"[\s""'*_`)\].!]{0,9}$", Options, Timeout)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^[\s""'*_`(\[]{0,9}" + Word + @"[\s""'*_`)\].!]{0,9}$", Options, Timeout)]
    private static partial Regex WholeWord();

    [GeneratedRegex(Label + Between + Numeral, Options, Timeout)]
    private static partial Regex LabelledNumber();

    [GeneratedRegex(Label + Between + Word, Options, Timeout)]
    private static partial Regex LabelledWord();
}
