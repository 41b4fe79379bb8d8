using System.Text.RegularExpressions;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Conversions;

/// <summary>Templates of promptfoo are Nunjucks; most of what people write there is Liquid too, or nearly.</summary>
internal static partial class Nunjucks
{
    // Filters that have another name in Liquid.
    private static readonly Dictionary<string, string> Filters = new(StringComparer.Ordinal)
    {
        ["upper"] = "upcase",
        ["lower"] = "downcase",
        ["trim"] = "strip",
        ["length"] = "size",
        ["dump"] = "json",
        ["striptags"] = "strip_html",
    };

    /// <summary>The template as Liquid, or why it cannot be one.</summary>
    public static (string? Liquid, string? Problem) ToLiquid(string template)
    {
        var liquid = Tags().Replace(template, tag => Rewrite(tag.Value));
        if (EnvironmentVariable().Match(liquid) is { Success: true } variable)
        {
            return (null, $"reads the environment variable {variable.Groups["name"].Value}");
        }

        return LiquidText.Check(liquid) is { } problem ? (null, problem) : (liquid, null);
    }

    private static string Rewrite(string tag)
    {
        tag = Comment().IsMatch(tag) ? "" : tag;
        tag = Elif().Replace(tag, "elsif");
        tag = Set().Replace(tag, "assign");
        tag = InlineIf().Replace(tag, "{% if ${condition} %}{{ ${then} }}{% else %}{{ ${otherwise} }}{% endif %}");
        tag = Loop().Replace(tag, "forloop.");
        tag = Safe().Replace(tag, "");
        tag = Filter().Replace(tag, filter => Filters.TryGetValue(filter.Groups["name"].Value, out var name) ? $"| {name}" : filter.Value);
        return Call().Replace(tag, "| ${name}: ${arguments}");
    }

    [GeneratedRegex(@"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tags();

    [GeneratedRegex(@"^\{#", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\belif\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Elif();

    [GeneratedRegex(@"(?<=\{%-?\s*)set\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Set();

    [GeneratedRegex(@"^\{\{-?\s*(?<then>.+?)\s+if\s+(?<condition>.+?)\s+else\s+(?<otherwise>.+?)\s*-?\}\}$", RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InlineIf();

    [GeneratedRegex(@"\bloop\.(?=(last|first|index0|index|length)\b)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Loop();

    [GeneratedRegex(@"\|\s*safe\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Safe();

    [GeneratedRegex(@"\|\s*(?<name>[a-z_]+)\b(\(\s*\d*\s*\))?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Filter();

    [GeneratedRegex(@"\|\s*(?<name>[a-z_]+)\((?<arguments>[^()]*)\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Call();

    [GeneratedRegex(@"\{\{-?\s*(env|process\.env)\.(?<name>\w+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EnvironmentVariable();
}
