using System.Text.Json;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>One scenario as JSON, so that each can be a row of its own; the round trip is exact.</summary>
public static class ScenarioJson
{
    public static string Write(Scenario scenario) => DefinitionJson.WriteText(writer => Write(writer, scenario));

    /// <exception cref="JsonException">The text was not written by <see cref="Write(Scenario)"/>.</exception>
    public static Scenario Read(string json) =>
        JsonSerializer.Deserialize(json, DefinitionJsonContext.Default.Scenario) ?? throw new JsonException("A scenario must not be null.");

    internal static void Write(Utf8JsonWriter writer, Scenario scenario)
    {
        writer.WriteStartObject();
        writer.WriteString("id", scenario.Id);
        writer.WriteString("name", scenario.Name);
        writer.WriteString("prompt", scenario.Prompt);
        if (scenario.FollowUps.Count > 0)
        {
            writer.WriteStartArray("followups");
            foreach (var followUp in scenario.FollowUps)
            {
                writer.WriteStartObject();
                writer.WriteString("label", followUp.Label);
                writer.WriteString("prompt", followUp.Prompt);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        DefinitionJson.WriteOptional(writer, "expected", scenario.Expected);
        DefinitionJson.WriteOptional(writer, "cluster", scenario.Cluster);
        writer.WriteEndObject();
    }
}
