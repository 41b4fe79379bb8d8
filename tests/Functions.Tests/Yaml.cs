using System.Globalization;
using System.Text;

namespace FunctionsEval.Functions.Tests;

/// <summary>Definitions for simulated models.</summary>
internal static class Yaml
{
    public const string Ratings = """{ type: number, pattern: 'Rating:\s*(\d)', min: 1, max: 5 }""";

    public static string Of(
        int scenarios = 3, int samples = 2, string[]? models = null, string scorers = Ratings, string more = "", Func<int, string>? scenarioFields = null)
    {
        var yaml = new StringBuilder("name: ratings\npreamble: You answer with one line.\nscenarios:\n");
        for (var index = 0; index < scenarios; index++)
        {
            var fields = scenarioFields is null ? "" : $", {scenarioFields(index)}";
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ id: s{index:D3}, prompt: \"How acceptable is case {index}, from 1 to 5?\"{fields} }}\n");
        }

        var names = (models ?? ["sim-noisy"]).Select(model => $"\"openai-compatible:{model}\"");
        return yaml.Append("models: [").AppendJoin(", ", names).Append("]\n")
            .Append(CultureInfo.InvariantCulture, $"samplesPerScenario: {samples}\nscorers: [{scorers}]\n{more}")
            .ToString();
    }
}
