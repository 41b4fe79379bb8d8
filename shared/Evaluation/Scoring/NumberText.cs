using System.Globalization;
using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>A number as it stands in a text, or something that looks like one and has no single meaning.</summary>
/// <param name="Start">Where it begins, its sign included.</param>
/// <param name="Value">Null when it has no single meaning.</param>
/// <param name="OutOf">The b of "a/b" and "a out of b": such a number is read only where b is the top of the scale.</param>
/// <param name="InWords">It says "out of", which is no fraction: without a scale it is the a.</param>
/// <param name="IsMarker">The 1 of a list item "1. First"; it counts only where there is nothing else.</param>
internal readonly record struct NumberToken(int Start, int End, double? Value, double? OutOf = null, bool IsMarker = false, bool InWords = false);

/// <summary>
/// Finds the numbers of a text in one pass. Read are 7, -2.5, .5, 6.02e23 and thousands separated by commas, spaces, apostrophes or underscores.
/// A decimal comma (3,5), a fraction, a range, 3 or 4, at least 3, a date, a time, a version, a power and 5k or 3 million have no single meaning. Digits inside words
/// (GPT-4, s02, 2nd) are no numbers.
/// </summary>
internal static partial class NumberText
{
    /// <summary>Larger numbers are no ratings, and their squares would overflow in the analysis.</summary>
    public const double MaxMagnitude = 1e100;

    // "adding up to $", of which the first word tells that it is a sum and no bound.
    private const int LongestBound = 16;

    private static readonly HashSet<string> Ordinals = new(StringComparer.OrdinalIgnoreCase) { "st", "nd", "rd", "th" };
    private static readonly HashSet<string> Multipliers = new(StringComparer.Ordinal) { "k", "K", "M", "B", "bn", "mn", "mio" };

    public static IEnumerable<NumberToken> Find(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var next = IndexOfNumber(text, at);
            if (next < 0)
            {
                yield break;
            }

            var end = EndOfCluster(text, next);
            if (Read(text, next, ref end) is { } token)
            {
                yield return token;
            }

            at = Math.Max(end, next + 1);
        }
    }

    private static int IndexOfNumber(string text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]) || IsFractionSign(text[at]) || (text[at] == '.' && IsDigit(text, at + 1)))
            {
                return at;
            }
        }

        return -1;
    }

    private static NumberToken? Read(string text, int start, ref int end)
    {
        var cluster = text[start..end];
        var sign = start > 0 && text[start - 1] is '-' or '+' or '\u2212' ? 1 : 0;
        var isWord = start > sign && IsWord(text[start - 1 - sign]);
        if (isWord || IsOrdinalSign(text, start) || (sign == 0 && start > 1 && text[start - 1] == '.' && IsWord(text[start - 2])))
        {
            end = EndOfWord(text, end);
            return null;
        }

        if (Exponent().Match(text, end) is { Success: true } exponent && exponent.Index == end && Plain().IsMatch(cluster))
        {
            end += exponent.Length;
            cluster = text[start..end];
        }

        var suffixEnd = EndOfWord(text, end);
        var suffix = text[end..suffixEnd];
        if (suffix.Any(unit => char.IsDigit(unit) || unit == '_') || Ordinals.Contains(suffix))
        {
            end = suffixEnd;
            return null;
        }

        var (from, to) = (start - sign, end);
        if (Multipliers.Contains(suffix) || IsPartOfMore(text, start, suffixEnd) || IsBound(text, from, suffixEnd))
        {
            return new NumberToken(from, suffixEnd, null);
        }

        var negative = sign == 1 && text[start - 1] is '-' or '\u2212';
        var (value, outOf, inWords) = Parse(cluster);
        return new NumberToken(from, to, negative ? -value : value, outOf, IsListMarker(text, from, to), inWords);
    }

    /// <summary>Followed by what changes its size, or a part of a power or a typeset fraction.</summary>
    private static bool IsPartOfMore(string text, int start, int end) =>
        (Growth().Match(text, end) is { Success: true } growth && growth.Index == end)
        || (start > 0 && text[start - 1] == '^')
        || (start > 1 && text[start - 1] == '{' && (text[start - 2] == '^' || text.AsSpan(0, start - 1).EndsWith("frac", StringComparison.Ordinal)))
        || (start > 1 && text[start - 1] == '{' && text[start - 2] == '}');

    /// <summary>One end of what is meant: "at least 4", "less than 2", "4+". The signs &lt; and &gt; also quote and close tags, and say nothing.</summary>
    private static bool IsBound(string text, int start, int end) =>
        (end < text.Length && text[end] == '+' && !IsDigit(text, end + 1))
        || (start > 0 && BoundBefore().IsMatch(text.AsSpan(Math.Max(0, start - LongestBound), Math.Min(start, LongestBound))));

    /// <summary>Digits with the separators between them, and what joins two numbers to one expression.</summary>
    private static int EndOfCluster(string text, int start)
    {
        var at = start;
        while (true)
        {
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || IsFractionSign(text[at])))
            {
                at++;
            }

            if (at < text.Length && text[at] is '.' or ',' or '\'' or '\u2019' or '_' or ':' or '/' or '-' or '\u2013' or '\u2014' or '\u2212' or '\u2044' && IsDigit(text, at + 1))
            {
                at++;
            }
            else if (Joint().Match(text, at) is { Success: true } joint && joint.Index == at && at > start)
            {
                at += joint.Length;
            }
            else
            {
                return at;
            }
        }
    }

    private static (double? Value, double? OutOf, bool InWords) Parse(string cluster)
    {
        if (Grouped().IsMatch(cluster))
        {
            return (Number(NotOfNumbers().Replace(cluster, "")), null, false);
        }

        if (Plain().IsMatch(cluster))
        {
            return (Number(cluster), null, false);
        }

        if (Ratio().Match(cluster) is { Success: true } ratio)
        {
            return (Number(ratio.Groups["value"].Value), Number(ratio.Groups["top"].Value), ratio.Groups["words"].Success);
        }

        return (null, null, false);
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) && value <= MaxMagnitude ? value : null;

    private static bool IsListMarker(string text, int start, int end)
    {
        if (end - start > 3 || end + 1 >= text.Length || text[end] is not ('.' or ')') || text[end + 1] is not (' ' or '\t'))
        {
            return false;
        }

        var before = start - 1;
        while (before >= 0 && text[before] is ' ' or '\t' or '(' or '*' or '#')
        {
            before--;
        }

        return before < 0 || text[before] == '\n';
    }

    private static int EndOfWord(string text, int at)
    {
        while (at < text.Length && IsWord(text[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsDigit(string text, int at) => at < text.Length && char.IsAsciiDigit(text[at]);

    private static bool IsFractionSign(char unit) => unit is '\u00bc' or '\u00bd' or '\u00be' or (>= '\u2150' and <= '\u215e');

    // Where words have no spaces between them a number stands right beside them.
    private static bool IsWord(char unit) => (char.IsLetterOrDigit(unit) || unit == '_') && !UnspacedScripts.Has(unit);

    private static bool IsOrdinalSign(string text, int start) => start > 0 && text[start - 1] == '\u7b2c';

    [GeneratedRegex(@"^(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Plain();

    // One kind of separator throughout; 1{,}000 is how LaTeX keeps its comma tight.
    [GeneratedRegex(@"^[0-9]{1,3}(?:(?:\{?,\}?[0-9]{3})+|(?: [0-9]{3})+|(?:['\u2019][0-9]{3})+|(?:_[0-9]{3})+)(?:\.[0-9]+)?$", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Grouped();

    [GeneratedRegex(@"[^0-9.]", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex NotOfNumbers();

    [GeneratedRegex(@"^(?<value>[0-9]+(?:\.[0-9]+)?)(?: ?/ ?|(?<words> out of ))(?<top>[0-9]+(?:\.[0-9]+)?)$", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Ratio();

    [GeneratedRegex(@"\G[eE][-+]?[0-9]+(?![\w])", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Exponent();

    [GeneratedRegex(@"(?:\b(?:(?:less|fewer|lower|smaller|more|greater|higher|larger) than|at (?:least|most)|(?<!\bad(?:ds?|ding|ded) )up to)|[\u2264\u2265]) ?\$?\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 5_000)]
    private static partial Regex BoundBefore();

    // A space joins only groups of three digits; signs between spaces join numbers to a range, a fraction or a ratio in words; 2 < x < 4 is a range too, 2<b>4 is not.
    [GeneratedRegex(@"\G(?: (?=[0-9]{3}(?![0-9]))|\{,\}(?=[0-9]{3})| (?:-|\u2013|\u2014|/|to|or|out of) (?=[0-9])|(?<=\b[Bb]etween [0-9.]{1,20}) and (?=[0-9])| ?(?<sign>[<>])=? ?[A-Za-z]{1,20} ?\k<sign>=? ?(?=[0-9])| ?[\u2264\u2265] ?[A-Za-z]{1,20} ?[\u2264\u2265<>] ?(?=[0-9]))", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Joint();

    [GeneratedRegex(
        @"\G(?: ?[\u00bc-\u00be\u2150-\u215e]|\^|\*\*[0-9]|[\u00b2\u00b3\u00b9\u2070-\u2079]| ?(?:[x\u00d7*]|\\times) ?10(?:\^|\*\*|[\u00b2\u00b3\u00b9\u2070-\u2079])| (?:hundred|thousand|million|billion|trillion|dozen|and (?:a|one|three) (?:half|third|quarters?))\b| ?[\u5341\u767e\u5343\u4e07\u842c\u4ebf\u5104\u5146\u5272])",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
        500)]
    private static partial Regex Growth();
}
