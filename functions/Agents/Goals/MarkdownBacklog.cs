using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FunctionsEval.Agents.Goals;

/// <summary>
/// Reads a backlog: numbered and bulleted lines of Markdown, ticked or not (<c>1. text</c>, <c>- [ ] text</c>, <c>* [x] text</c>), with a weight behind
/// the text (<c>{weight=3}</c>) where it is not 1.
/// </summary>
internal static partial class MarkdownBacklog
{
    public const int MaxItems = 5_000;
    public const int MaxText = 2_000;

    /// <param name="now">When ticked items are taken for done.</param>
    public static IReadOnlyList<BacklogItem> Read(string markdown, DateTimeOffset now)
    {
        var items = new List<BacklogItem>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in markdown.Split('\n'))
        {
            if (Line().Match(line.TrimEnd()) is not { Success: true } match)
            {
                continue;
            }

            var weight = match.Groups["weight"] is { Success: true } given ? double.Parse(given.ValueSpan, CultureInfo.InvariantCulture) : 1;
            var text = match.Groups["text"].Value.Trim();
            var plain = Blanks().Replace(text, " ").ToLowerInvariant();

            // The same text twice is two items.
            var number = seen[plain] = seen.GetValueOrDefault(plain) + 1;
            var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(number == 1 ? plain : $"{plain}|{number}")).AsSpan(0, 6));
            items.Add(new BacklogItem(id, text, weight, items.Count, match.Groups["tick"].Value is "x" or "X" ? now : null));
        }

        return items;
    }

    [GeneratedRegex(@"^\s*(?:\d{1,6}[.)]|[-*+])\s+(?:\[(?<tick>[ xX])\]\s+)?(?<text>\S.*?)\s*(?:\{weight=(?<weight>\d{1,4}(?:\.\d{1,3})?)\})?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}
