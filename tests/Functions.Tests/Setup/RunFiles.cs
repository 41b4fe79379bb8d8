using System.Globalization;
using System.Text;
using System.Text.Json;
using FunctionsEval.Cli;

namespace FunctionsEval.Functions.Tests.Setup;

/// <summary>Definitions as files, and what the program prints about their runs.</summary>
internal static class RunFiles
{
    public static string Write(string path, int scenarios, int samples, params string[] models)
    {
        var yaml = new StringBuilder("name: small\nscenarios:\n");
        for (var index = 0; index < scenarios; index++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ id: s{index:D3}, prompt: \"How acceptable is case {index}?\" }}\n");
        }

        yaml.Append(CultureInfo.InvariantCulture, $"models: [{string.Join(", ", models.Select(model => $"\"openai-compatible:{model}\""))}]\n");
        yaml.Append(CultureInfo.InvariantCulture, $"samplesPerScenario: {samples}\n");
        yaml.Append("scorers: [{ type: number, pattern: 'Rating:\\s*(\\d)', min: 1, max: 5 }]\n");
        File.WriteAllText(path, yaml.ToString());
        return path;
    }

    /// <summary>The last line of what was printed, which is the result as JSON.</summary>
    public static RunResult ResultOf(string output) =>
        JsonSerializer.Deserialize(output.Trim().Split('\n')[^1], CliJson.Context.RunResult)!;
}
