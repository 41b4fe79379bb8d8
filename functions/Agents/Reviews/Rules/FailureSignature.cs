using System.Text.RegularExpressions;

namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>An error without what differs from task to task: numbers, ids, paths, quoted names.</summary>
internal static partial class FailureSignature
{
    private const int MaxLength = 120;

    public static string Of(string error)
    {
        var text = error.Length > 2_000 ? error[..2_000] : error;
        text = Quoted().Replace(text, "'*'");
        text = Paths().Replace(text, "/*");
        text = Numbers().Replace(text, "#");
        text = Blanks().Replace(text, " ").Trim().ToLowerInvariant();
        return text.Length > MaxLength ? text[..MaxLength] : text;
    }

    [GeneratedRegex("'[^']*'|\"[^\"]*\"|`[^`]*`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?:[A-Za-z]:)?(?:[\\/][\w.\-]+)+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Paths();

    [GeneratedRegex(@"\b(?:0x)?[0-9a-fA-F]*[0-9][0-9a-fA-F\-]*\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}
