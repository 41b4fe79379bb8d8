using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>The words and marks around a choice that tell whether it is meant.</summary>
internal static partial class ChoiceWords
{
    public const string Marks = "*_`\"'\u201c\u201d\u2018\u2019()[]{}<>:=\\$.,;!#-\u2013\u2014>\u3002\uff0c\uff1a\uff08\uff09\u3010\u3011\u300c\u300d";

    // What stands between "the answer is" and the choice, and what a sentence goes on with behind it.
    public static readonly HashSet<string> Fillers = new(StringComparer.OrdinalIgnoreCase)
    {
        "option", "choice", "letter", "answer", "the", "definitely", "clearly", "probably", "most", "likely", "therefore", "thus", "indeed", "still", "actually",
        "text", "textbf", "mathrm", "mathbf", "boxed", "is",
    };

    private static readonly HashSet<string> Connectives = new(StringComparer.OrdinalIgnoreCase)
    {
        "because", "since", "as", "for", "due", "given", "based", "with", "and", "or", "but", "is", "which", "by", "in", "here", "not",
    };

    private static readonly HashSet<string> Negations = new(StringComparer.OrdinalIgnoreCase)
    {
        "not", "isn't", "isn\u2019t", "cannot", "can't", "can\u2019t", "never", "neither", "nor", "than", "of", "except", "wasn't", "wasn\u2019t",
    };

    private static readonly HashSet<string> Rejections = new(StringComparer.OrdinalIgnoreCase)
    {
        "eliminate", "eliminates", "eliminated", "eliminating", "exclude", "excludes", "excluded", "excluding", "reject", "rejects", "rejected", "rejecting",
        "discard", "discards", "discarding",
    };

    // A and I are words as well as letters; so is a lower-case a where case does not count.
    public static bool IsArticle(string text, int at, string choice)
    {
        if (choice is not ("A" or "a" or "I" or "i"))
        {
            return false;
        }

        var end = at + 1;
        return (end < text.Length && text[end] is '\'' or '\u2019')
            || (end + 1 < text.Length && text[end] == ' ' && char.IsLetter(text[end + 1]) && !Connectives.Contains(WordAt(text, end + 1).ToString()));
    }

    public static bool IsDenied(string text, int at)
    {
        var end = at;
        while (end > 0 && (text[end - 1] == ' ' || Marks.Contains(text[end - 1])) && text[end - 1] is not ('.' or ',' or ';' or '!' or ':'))
        {
            end--;
        }

        var start = end;
        while (start > 0 && (IsWord(text[start - 1]) || text[start - 1] is '\'' or '\u2019'))
        {
            start--;
        }

        var word = text[start..end];
        return Rejections.Contains(word) || Dismissal().IsMatch(text.AsSpan(0, end))
            || (Negations.Contains(word) && (!word.Equals("of", StringComparison.OrdinalIgnoreCase) || text.AsSpan(0, start).TrimEnd().EndsWith("instead", StringComparison.OrdinalIgnoreCase)));
    }

    public static int SkipMarks(string text, int at)
    {
        while (at < text.Length && (char.IsWhiteSpace(text[at]) || Marks.Contains(text[at])))
        {
            at++;
        }

        return at;
    }

    public static ReadOnlySpan<char> WordAt(string text, int at)
    {
        var end = at;
        while (end < text.Length && char.IsLetter(text[end]))
        {
            end++;
        }

        return text.AsSpan(at, end - at);
    }

    // A letter beside a word of a script without spaces stands by itself.
    public static bool AreOneWord(char left, char right) => IsWord(left) && IsWord(right) && UnspacedScripts.Has(left) == UnspacedScripts.Has(right);

    /// <summary>The words "is correct", "is the right" stand at a place.</summary>
    public static bool IsSaidRight(string text, int at) => Rightness().IsMatch(text, at);

    /// <summary>The words "is wrong", "can be ruled out" stand at a place.</summary>
    public static bool IsSaidWrong(string text, int at) => Wrongness().IsMatch(text, at);

    // "ruling out B", and of another that was wrong "so is B".
    [GeneratedRegex(@"\b(?:rul(?:e|es|ed|ing) out|(?:so|neither|nor) (?:is|are|was|were))\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.RightToLeft, 500)]
    private static partial Regex Dismissal();

    [GeneratedRegex(
        @"\G(?:(?:is|are|was|were|can be|must be) (?:(?:both|all|also|clearly|therefore|thus|then|obviously|definitely) )*(?:wrong|incorrect|false|out\b(?! of)|eliminated|excluded|ruled out|rejected|not (?:correct|right|true|the (?:correct|right|best)))|(?:isn|aren)['\u2019]t (?:correct|right|true|the (?:correct|right|best)))\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
        500)]
    private static partial Regex Wrongness();

    [GeneratedRegex(@"\Gis (?:(?:the|clearly|therefore|thus|most|indeed) )*(?:correct|right|best)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 500)]
    private static partial Regex Rightness();

    private static bool IsWord(char unit) => char.IsLetterOrDigit(unit) || unit == '_';
}
