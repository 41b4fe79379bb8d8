using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>How alike an answer is to the wanted text, from 0 to 1.</summary>
internal sealed class SimilarityScorer(Func<string, string, double> measure, bool ignoreCase) : ITextScorer
{
    /// <summary>Comparing takes time in proportion to the product of both lengths.</summary>
    public const long MaxProduct = 400_000_000;

    public (double Min, double Max)? Scale => (0, 1);

    public bool NeedsWanted => true;

    public Score Score(string text, string? wanted)
    {
        if ((long)text.Length * wanted!.Length > MaxProduct)
        {
            return new Score.Invalid($"The answer of {text.Length:N0} characters is too long to be compared with one of {wanted.Length:N0}.");
        }

        var (left, right) = (text.Trim(), wanted.Trim());
        return new Score.Valued(ignoreCase ? measure(left.ToLowerInvariant(), right.ToLowerInvariant()) : measure(left, right));
    }
}

/// <summary>The measures of <see cref="SimilarityScorer"/>; each is of an answer and a reference, in that order.</summary>
internal static partial class Similarity
{
    /// <summary>1 - Levenshtein distance / length of the longer text, in Unicode characters. Levenshtein (1966).</summary>
    public static double EditDistance(string answer, string reference)
    {
        var (left, right) = (answer.EnumerateRunes().ToArray(), reference.EnumerateRunes().ToArray());
        var longer = Math.Max(left.Length, right.Length);
        if (longer == 0)
        {
            return 1;
        }

        var row = new int[right.Length + 1];
        for (var j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return 1 - ((double)row[^1] / longer);
    }

    /// <summary>
    /// F1 of the longest common subsequence of words, lower case, letters and digits only; each letter of a script without spaces is a word. Lin (2004),
    /// https://aclanthology.org/W04-1013.
    /// </summary>
    public static double RougeL(string answer, string reference)
    {
        var (left, right) = (Words(answer), Words(reference));
        if (left.Length == 0 || right.Length == 0)
        {
            return 0;
        }

        var row = new int[right.Length + 1];
        foreach (var word in left)
        {
            var diagonal = 0;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = word == right[j - 1] ? diagonal + 1 : Math.Max(above, row[j - 1]);
                diagonal = above;
            }
        }

        return 2.0 * row[^1] / (left.Length + right.Length);
    }

    /// <summary>
    /// BLEU of one sentence: geometric mean of the precisions of 1 to 4 words, with the brevity penalty; an order without a match gets half of the
    /// smallest precision of the order before (exponential smoothing). Papineni et al. (2002), https://aclanthology.org/P02-1040; words as by
    /// mteval-v13a, as in sacreBLEU.
    /// </summary>
    public static double Bleu(string answer, string reference)
    {
        const int Orders = 4;
        var (left, right) = (Tokens(answer), Tokens(reference));
        if (left.Length == 0 || right.Length == 0)
        {
            return 0;
        }

        var (logs, orders, smoothing) = (0.0, 0, 1.0);
        for (var order = 1; order <= Orders && order <= left.Length; order++)
        {
            var known = Grams(right, order);
            var matches = Grams(left, order).Sum(gram => Math.Min(gram.Value, known.GetValueOrDefault(gram.Key)));
            var total = left.Length - order + 1;
            if (order == 1 && matches == 0)
            {
                return 0;
            }

            smoothing *= matches == 0 ? 2 : 1;
            logs += Math.Log(matches == 0 ? 1 / (smoothing * total) : (double)matches / total);
            orders++;
        }

        var brevity = left.Length < right.Length ? Math.Exp(1 - ((double)right.Length / left.Length)) : 1;
        return brevity * Math.Exp(logs / orders);
    }

    private static Dictionary<string, int> Grams(string[] tokens, int order)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var at = 0; at + order <= tokens.Length; at++)
        {
            var gram = string.Join('\u0001', tokens, at, order);
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }

    private static string[] Words(string text) => [.. Word().Matches(text.ToLowerInvariant()).Select(match => match.Value)];

    // Punctuation stands alone, but a point or a comma stays inside a number, and a hyphen inside a word.
    private static string[] Tokens(string text)
    {
        var spaced = Punctuation().Replace($" {text} ", " ${mark} ");
        spaced = PointAfterOther().Replace(spaced, "${before} ${mark} ");
        spaced = PointBeforeOther().Replace(spaced, " ${mark} ${after}");
        return HyphenAfterDigit().Replace(spaced, "${before} ${mark} ").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(
        @"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff]|[\p{L}\p{N}][\p{L}\p{M}\p{N}-[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff]]*",
        RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<mark>[ -&(-+/:-@\[-`{-~])", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Punctuation();

    [GeneratedRegex("(?<before>[^0-9])(?<mark>[.,])", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex PointAfterOther();

    [GeneratedRegex("(?<mark>[.,])(?<after>[^0-9])", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex PointBeforeOther();

    [GeneratedRegex("(?<before>[0-9])(?<mark>-)", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex HyphenAfterDigit();
}
