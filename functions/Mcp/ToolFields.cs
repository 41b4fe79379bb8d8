using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace FunctionsEval.Mcp;

/// <summary>Rules name the fields of HTTP requests and the verbs of the command line; a model is told of the arguments and tools that it has.</summary>
internal static partial class ToolFields
{
    /// <summary>Arguments that are not named as their field is.</summary>
    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["budget.maxUsd"] = "budget_usd",
        ["pilotRunId"] = "pilot_run",
        ["sampleIndex"] = "sample",
        ["items"] = "scenarios",
        ["'functionseval runs'"] = "list_runs",
    };

    public static string In(string message, JsonTypeInfo arguments) => Fields().Replace(message, field => NameOf(field.Value, arguments));

    private static string NameOf(string field, JsonTypeInfo arguments)
    {
        var name = Others.GetValueOrDefault(field) ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(field);
        return field.StartsWith('\'') || arguments.Properties.Any(property => property.Name == name) ? name : field;
    }

    // A plain word is a field only where a message begins with it.
    [GeneratedRegex(@"^[a-z]\w*(?:\.\w+)?|\b[a-z]+[A-Z]\w*|'functionseval runs'", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fields();
}
