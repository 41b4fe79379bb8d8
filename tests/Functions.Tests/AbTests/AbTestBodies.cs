using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionsEval.Functions.Tests.Content;

namespace FunctionsEval.Functions.Tests.AbTests;

/// <summary>Bodies of requests for A/B tests of the content that <see cref="ContentFiles"/> makes.</summary>
internal static class AbTestBodies
{
    public static JsonObject Good(int samples = 1, params string[] models) => new()
    {
        ["topicId"] = ContentFiles.TopicId,
        ["windowStart"] = "2026-05-04T00:00:00Z",
        ["windowEnd"] = "2026-05-08T00:00:00Z",
        ["variants"] = new JsonArray([.. (models.Length > 0 ? models : ["sim-noisy", "sim-better-0.5"]).Select((model, index) => Variant($"v{index}", model))]),
        ["maxItems"] = 40,
        ["samples"] = samples,
    };

    public static JsonObject Variant(string name, string model) => new() { ["name"] = name, ["provider"] = "openai-compatible", ["model"] = model };

    /// <summary>The good body with one field set to another JSON value.</summary>
    public static string With(string field, string json)
    {
        var body = Good();
        JsonNode target = body;
        var steps = field.Split('.');
        foreach (var step in steps[..^1])
        {
            target = int.TryParse(step, out var index) ? target[index]! : target[step]!;
        }

        if (target is JsonArray list)
        {
            list[int.Parse(steps[^1], System.Globalization.CultureInfo.InvariantCulture)] = JsonNode.Parse(json);
        }
        else
        {
            target[steps[^1]] = JsonNode.Parse(json);
        }

        return body.ToJsonString(JsonSerializerOptions.Web);
    }
}
