using System.Text.RegularExpressions;

namespace FunctionsEval.Agents.Artefacts;

/// <summary>Checks a review in Markdown: its verdict against its own findings, and that the decision is reasoned.</summary>
internal static partial class ReviewChecks
{
    public static IReadOnlyList<ArtefactCheck> Of(string markdown)
    {
        var lines = markdown.ReplaceLineEndings("\n").Split('\n');
        var verdict = Verdict().Match(markdown) is { Success: true } match ? match.Groups["verdict"].Value.ToLowerInvariant() : null;
        var passes = verdict?[0] is 'p' or 'a';
        var severe = lines.Where(line => Severe().IsMatch(line) && !Settled().IsMatch(line)).ToList();
        var any = lines.Any(line => Bullet().IsMatch(line));
        var consistency = verdict is null ? "There is no line such as 'Verdict: PASS' or 'Verdict: FAIL'."
            : passes && severe.Count > 0 ? $"The verdict is {verdict}, but {severe.Count} severe findings are open, as: {Http.Excerpt.Of(severe[0].Trim())}"
            : !passes && !any ? $"The verdict is {verdict}, but there is no finding."
            : null;
        var isReasoned = Reason().IsMatch(markdown);
        return
        [
            new("REVIEW_INCONSISTENT", consistency is null, consistency ?? "The verdict agrees with the findings."),
            new("REVIEW_WITHOUT_DECISION", isReasoned, isReasoned ? "The decision is reasoned." : "There is no line such as 'Decision: ... because ...'."),
        ];
    }

    [GeneratedRegex(@"^\W*(?:verdict|result|status)\W+(?<verdict>pass(?:ed)?|approved?|fail(?:ed)?|rejected?|changes requested)\b", RegexOptions.IgnoreCase | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Verdict();

    [GeneratedRegex(@"^\s*(?:[-*+]|\d+[.)]|\|).*\b(?:blocker|critical|high|major)\b", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Severe();

    [GeneratedRegex(@"\[x\]|\b(?:resolved|fixed|done|wontfix|accepted)\b", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Settled();

    [GeneratedRegex(@"^\s*(?:[-*+]|\d+[.)])\s+\S", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"\b(?:decision|rationale)\b[^\n]*(?:\n\s*)*[^\n]*\b(?:because|since|as|reason|so that)\b", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reason();
}
