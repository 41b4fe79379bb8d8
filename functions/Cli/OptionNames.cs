using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FunctionsEval.Cli;

/// <summary>Rules name the fields of requests; who typed an option is told of that.</summary>
internal static partial class OptionNames
{
    /// <summary>Options that are not named as their field is.</summary>
    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["samplesPerScenario"] = "--samples",
        ["samplePercentage"] = "--percentage",
        ["budget.maxUsd"] = "--budget",
        ["addModels"] = "--add-model",
        ["codes"] = "--code",
        ["variants"] = "--variant",
        ["windowStart"] = "--from",
        ["windowEnd"] = "--to",
        ["pilotRunId"] = "--pilot",
        ["withinVariance"] = "--within",
        ["controlWithinVariance"] = "--control-within",
        ["clusterCorrelation"] = "--correlation",
        ["task_id"] = "--task",
        ["task_type"] = "--type",
        ["duration_seconds"] = "--duration",
        ["prompt_variant"] = "--prompt-variant",
        ["skill_version"] = "--skill-version",
        ["output_chars"] = "--output-chars",
        ["usage.input_tokens"] = "--input-tokens",
        ["usage.output_tokens"] = "--output-tokens",
        ["usage.calls"] = "--calls",
        ["usage.cost_usd"] = "--cost",
        ["RateLimitFaults"] = "--fail-429",
        ["ServerErrorFaults"] = "--fail-500",
        ["HangFaults"] = "--fail-hang",
        ["ResetFaults"] = "--fail-reset",
        ["MalformedFaults"] = "--fail-malformed",
        ["RequestsPerSecond"] = "--rate",
    };

    /// <summary>The message with the verb's options in the place of fields; a field that has no option keeps its name.</summary>
    /// <param name="givenOnly">For verbs with a file beside their options: only an option that was given can be what is wrong.</param>
    public static string In(string message, ParseResult arguments, bool givenOnly = false) =>
        Fields().Replace(message, field => Find(field.Value, arguments) is { } option && (!givenOnly || arguments.GetResult(option) is { Implicit: false })
            ? option.Name
            : field.Value);

    private static Option? Find(string field, ParseResult arguments)
    {
        var name = Others.GetValueOrDefault(field) ?? "--" + JsonNamingPolicy.KebabCaseLower.ConvertName(field);
        return arguments.CommandResult.Command.Options.FirstOrDefault(option => option.Name == name);
    }

    // A plain word is a field only where a message begins with it.
    [GeneratedRegex(@"^\w+(?:\.\w+)?|\b[a-z]+[A-Z]\w*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fields();
}
