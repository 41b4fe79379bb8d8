using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>Where models say which of all that they wrote is their answer: "The answer is", "Answer:", "####", "\boxed{".</summary>
internal static partial class FinalAnswer
{
    private const string Hashes = "####";

    // What lies behind a marker may be the whole text: a few of them are looked at, so that a text of nothing else takes no time in its square.
    private const int MostMarkers = 32;

    /// <summary>The places right behind the last markers, last first.</summary>
    public static IEnumerable<int> Places(string text) =>
        BoundedPattern.Patiently(() => Marker().Matches(text).Select(match => match.Index + match.Length).ToList()).AsEnumerable().Reverse().Take(MostMarkers);

    /// <summary>What follows each marker up to the end of its sentence, last first.</summary>
    public static IEnumerable<string> Sentences(string text) => Places(text).Select(place => text[place..EndOfSentence(text, place)]);

    /// <summary>What follows the last "####", as the solutions of GSM8K end.</summary>
    public static string? HashMarked(string text) =>
        text.LastIndexOf(Hashes, StringComparison.Ordinal) is var at and >= 0 ? text[(at + Hashes.Length)..].Trim() : null;

    public static int EndOfSentence(string text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            if ((text[at] == '\n' && text.AsSpan(from, at - from).ContainsAnyExcept(" \t\n*:"))
                || (text[at] is '.' or '!' or '?' && (at + 1 == text.Length || char.IsWhiteSpace(text[at + 1]))))
            {
                return at;
            }
        }

        return text.Length;
    }

    // "The answer is" in Chinese and Japanese stands at the end. Between "answer" and its verb a few words may stand: "the answer to the question is". \b at the front keeps "unanswered" out.
    [GeneratedRegex(
        @"####|\\boxed\s*\{|\b(?:answer|correct (?:option|choice|one)|right (?:option|choice)|best (?:option|choice)|my choice|solution)(?: [\w']+){0,5}?[*_]{0,3}\s*(?:\bis\b|\bwould be\b|\bshould be\b|\bmust be\b|:|=|\n)|\b(?:I|I'd|I'll|we|would|will|therefore) (?:choose|pick|select|go with|answer)\b|(?:\u7b54\u6848|\u6b63\u89e3|\u7b54\u3048)\s*(?:\u662f|\u4e3a|\u70ba|\u306f|\uff1a|:)|\u6545\u9009",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
        5_000)]
    private static partial Regex Marker();
}
