using System.Text;
using System.Text.RegularExpressions;
using FunctionsEval.Evaluation;

namespace FunctionsEval.Configuration;

/// <summary>
/// Reads <c>.env</c>: lines of <c>NAME=VALUE</c>, with or without <c>export</c> in front, comments behind <c>#</c>. A value may stand in single or double quotes and
/// then go on over lines; in double quotes <c>\n</c>, <c>\"</c> and <c>\\</c> are read as in a shell. Nothing in a value is replaced by other variables. Variables of
/// other programs are left alone, but one that begins with FUNCTIONSEVAL_ must be known.
/// </summary>
internal static partial class DotEnv
{
    public const string Name = ".env";

    private const string OwnPrefix = "FUNCTIONSEVAL_";

    /// <summary>Read by <c>agent report</c> alone, which has no settings beside it.</summary>
    private static readonly string[] OwnNames = [.. KnownSetting.All.Select(setting => setting.Variable), "FUNCTIONSEVAL_SERVER"];

    /// <exception cref="UsageException">A line is malformed or names an unknown variable; its content is not repeated, for it may be a key.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        var text = File.ReadAllText(path, Encoding.UTF8).ReplaceLineEndings("\n");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            if (Blank().Match(text, at) is { Success: true, Length: > 0 } blank)
            {
                (at, line) = (at + blank.Length, line + blank.Value.Count(character => character == '\n'));
                continue;
            }

            var match = Assignment().Match(text, at);
            if (!match.Success)
            {
                throw new UsageException($"{path}:{line}: must be NAME=VALUE, a comment that begins with #, or blank; a quoted value must end with its quote.");
            }

            var name = match.Groups["name"].Value;
            if (name.StartsWith(OwnPrefix, StringComparison.Ordinal) && !OwnNames.Contains(name, StringComparer.Ordinal))
            {
                throw new UsageException($"{path}:{line}: {name} is not a known variable; "
                    + (Suggestion.For(name, OwnNames) is { } close ? $"did you mean {close}?" : "'functionseval config' lists those that are."));
            }

            variables[name] = ValueOf(match);
            (at, line) = (at + match.Length, line + match.Value.Count(character => character == '\n'));
        }

        return variables;
    }

    private static string ValueOf(Match match) =>
        match.Groups["double"] is { Success: true } quoted ? Escape().Replace(quoted.Value, escape => escape.Value[1] == 'n' ? "\n" : escape.Value[1..])
        : match.Groups["single"] is { Success: true } literal ? literal.Value
        : match.Groups["plain"].Value.Trim();

    [GeneratedRegex(@"\G[ \t\uFEFF]*(?:#[^\n]*)?(?:\n|\z)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blank();

    [GeneratedRegex(
        """\G[ \t\uFEFF]*(?:export[ \t]+)?(?<name>[A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*(?:"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>[^']*)'|(?<plain>(?!["'])[^\n]*?))[ \t]*(?:(?<=\s|["'=])#[^\n]*)?(?:\n|\z)""",
        RegexOptions.CultureInvariant | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\\[n""\\$]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();
}
