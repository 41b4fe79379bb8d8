using System.Text.RegularExpressions;

namespace FunctionsEval.Agents.Artefacts;

/// <summary>Checks a specification in Markdown: the sections of the template, requirements that can be tested, the list of files.</summary>
internal static partial class SpecChecks
{
    private static readonly (string Section, string[] Words)[] Sections =
    [
        ("Purpose", ["purpose", "summary", "goal"]),
        ("Requirements", ["requirement"]),
        ("Files", ["file"]),
        ("Acceptance tests", ["acceptance", "test"]),
        ("Out of scope", ["out of scope", "non-goal"]),
    ];

    public static (IReadOnlyList<ArtefactCheck> Checks, IReadOnlyList<string> Files) Of(string markdown)
    {
        var sections = Read(markdown);
        List<string> LinesOf(string[] words) => [.. sections.Where(section => words.Any(word => section.Heading.Contains(word, StringComparison.OrdinalIgnoreCase))).SelectMany(section => section.Lines)];
        string[] missing = [.. Sections.Where(section => !sections.Any(own => section.Words.Any(word => own.Heading.Contains(word, StringComparison.OrdinalIgnoreCase)))).Select(section => section.Section)];
        var requirements = LinesOf(["requirement"]).Where(line => Bullet().IsMatch(line)).ToList();
        var untestable = requirements.Where(line => !Testable().IsMatch(line) || (Vague().IsMatch(line) && !Measure().IsMatch(line))).ToList();
        string[] files = [.. LinesOf(["file"]).SelectMany(line => Path().Matches(line).Select(match => match.Groups["path"].Value)).Distinct(StringComparer.Ordinal).Take(1_000)];
        ArtefactCheck[] checks =
        [
            new("SPEC_TEMPLATE", missing.Length == 0, missing.Length == 0 ? "All sections are there." : $"These sections are missing: {string.Join(", ", missing)}."),
            new("SPEC_UNTESTABLE", requirements.Count > 0 && untestable.Count == 0, requirements.Count == 0 ? "There is no requirement."
                : untestable.Count == 0 ? $"All {requirements.Count} requirements can be tested."
                : $"{untestable.Count} of {requirements.Count} requirements name nothing that a test could see, as: {Http.Excerpt.Of(untestable[0].Trim())}"),
        ];
        return (checks, files);
    }

    private static List<(string Heading, List<string> Lines)> Read(string markdown)
    {
        var sections = new List<(string Heading, List<string> Lines)>();
        foreach (var line in markdown.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("##", StringComparison.Ordinal))
            {
                sections.Add((line.TrimStart('#').Trim(), []));
            }
            else if (sections.Count > 0)
            {
                sections[^1].Lines.Add(line);
            }
        }

        return sections;
    }

    [GeneratedRegex(@"^\s*(?:[-*+]|\d+[.)])\s+\S", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"\d|`|\b(?:must|shall|returns?|rejects?|refuses?|accepts?|when|then|never|always|exactly|at most|at least|equals?|fails?|creates?|stores?|shows?|lists?)\b", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Testable();

    [GeneratedRegex(@"\b(?:fast|quick|easy|simple|user-friendly|robust|appropriate|adequate|efficient|intuitive|nice|good|flexible|as needed|etc)\b", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Vague();

    [GeneratedRegex(@"\d", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Measure();

    [GeneratedRegex(@"`(?<path>[\w./\-]+\.[\w]+|[\w.\-]+/[\w./\-]*)`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Path();
}
