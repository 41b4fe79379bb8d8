using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FunctionsEval.Conversions;

/// <summary>The few expressions in JavaScript and Python that are in most configurations, as scorers; any other program is none.</summary>
internal static partial class PromptfooExpressions
{
    /// <param name="variables">Of the test, which <c>context.vars.name</c> reads.</param>
    public static JsonObject? Read(string program, bool isPython, IReadOnlyDictionary<string, JsonElement> variables)
    {
        program = program.Trim().TrimEnd(';').Trim();
        if (OneOrNone().Match(program) is { Success: true } choice)
        {
            program = choice.Groups["condition"].Value.Trim();
        }

        if (program.StartsWith("return ", StringComparison.Ordinal))
        {
            program = program["return ".Length..];
        }

        var parts = (isPython ? PythonAnd() : ScriptAnd()).Split(program).Select(part => isPython ? Python(part.Trim()) : Script(part.Trim(), variables)).ToList();
        return parts.Contains(null) ? null : parts is [var one] ? one : PromptfooAssertions.Together([.. parts.Select(part => part!)], threshold: null);
    }

    private static JsonObject? Script(string expression, IReadOnlyDictionary<string, JsonElement> variables)
    {
        if (ScriptLength().Match(expression) is { Success: true } length)
        {
            return Length(length);
        }

        if (ScriptText().Match(expression) is { Success: true } text)
        {
            return Text(text, text.Groups["starts"].Success);
        }

        if (JsonField().Match(expression) is not { Success: true } field)
        {
            return null;
        }

        var wanted = field.Groups["text"].Success ? field.Groups["text"].Value
            : field.Groups["name"].Success ? variables.TryGetValue(field.Groups["name"].Value, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null
            : field.Groups["bare"].Value;
        return wanted is null ? null : new JsonObject { ["type"] = "json_path", ["path"] = $"${field.Groups["path"].Value}", ["value"] = wanted };
    }

    private static JsonObject? Python(string expression) =>
        PythonLength().Match(expression) is { Success: true } length ? Length(length)
        : PythonText().Match(expression) is { Success: true } text ? Text(text, startsWith: false)
        : PythonStart().Match(expression) is { Success: true } start ? Text(start, startsWith: true)
        : null;

    private static JsonObject Text(Match match, bool startsWith)
    {
        var scorer = new JsonObject { ["type"] = startsWith ? "starts_with" : "contains", ["value"] = match.Groups["text"].Value };
        if (match.Groups["lower"].Success)
        {
            scorer["ignoreCase"] = true;
        }

        if (match.Groups["not"].Success)
        {
            scorer["not"] = true;
        }

        return scorer;
    }

    private static JsonObject Length(Match match)
    {
        var number = double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        return match.Groups["comparison"].Value switch
        {
            "<" => PromptfooAssertions.Length("characters", null, number - 1),
            "<=" => PromptfooAssertions.Length("characters", null, number),
            ">" => PromptfooAssertions.Length("characters", number + 1, null),
            _ => PromptfooAssertions.Length("characters", number, null),
        };
    }

    [GeneratedRegex(@"^(?<condition>[^?]+)\?\s*(1|true)\s*:\s*(0|false)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OneOrNone();

    [GeneratedRegex(@"\s*&&\s*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ScriptAnd();

    [GeneratedRegex(@"\s+and\s+(?=len\(|output|not |')", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PythonAnd();

    [GeneratedRegex(@"^output\.length\s*(?<comparison><=|>=|<|>)\s*(?<number>\d+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ScriptLength();

    [GeneratedRegex("""^(?<not>!)?output(?<lower>\.toLowerCase\(\))?\.(includes|(?<starts>startsWith))\((?<quote>['"])(?<text>[^'"\\]+)\k<quote>\)$""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ScriptText();

    // A field of the JSON in the answer; arguments of a tool call are no text.
    [GeneratedRegex("""^(JSON\.parse\(output\)|output)(?<path>\.(?!length\b|arguments\b|function\b|name\b)[A-Za-z_]\w*(\.(?!length\b)[A-Za-z_]\w*|\[\d+\])*)\s*===?\s*((?<quote>['"])(?<text>[^'"\\]*)\k<quote>|context\.vars\.(?<name>\w+)|(?<bare>-?\d+(\.\d+)?|true|false))$""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex JsonField();

    [GeneratedRegex(@"^len\(output\)\s*(?<comparison><=|>=|<|>)\s*(?<number>\d+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PythonLength();

    [GeneratedRegex("""^(?<quote>['"])(?<text>[^'"\\]+)\k<quote>\s+(?<not>not\s+)?in\s+output(?<lower>\.lower\(\))?$""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PythonText();

    [GeneratedRegex("""^(?<not>not\s+)?output(?<lower>\.lower\(\))?\.startswith\((?<quote>['"])(?<text>[^'"\\]+)\k<quote>\)$""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PythonStart();
}
