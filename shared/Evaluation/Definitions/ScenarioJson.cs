using System.Text.Json;
using FunctionsEval.Evaluation.Prompts;

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
                WriteImages(writer, followUp.Images);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        DefinitionJson.WriteOptional(writer, "expected", scenario.Expected);
        DefinitionJson.WriteOptional(writer, "cluster", scenario.Cluster);
        WriteLaterFields(writer, scenario);
        writer.WriteEndObject();
    }

    // Written only where they are given, so that ids of older definitions stay.
    private static void WriteLaterFields(Utf8JsonWriter writer, Scenario scenario)
    {
        if (scenario.Accepted is { } accepted)
        {
            DefinitionJson.WriteList(writer, "accepted", accepted);
        }

        if (scenario.Vars is { } vars)
        {
            writer.WriteStartObject("vars");
            foreach (var (name, value) in vars)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        DefinitionJson.WriteOptional(writer, "system", scenario.System);
        if (scenario.Messages is { } messages)
        {
            writer.WriteStartArray("messages");
            foreach (var message in messages)
            {
                writer.WriteStartObject();
                writer.WriteString("role", ConversationMessage.NameOf(message.Role));
                writer.WriteString("text", message.Text);
                WriteImages(writer, message.Images);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (scenario.Tags is { } tags)
        {
            DefinitionJson.WriteList(writer, "tags", tags);
        }

        DefinitionJson.WriteOptional(writer, "weight", scenario.Weight);
        if (scenario.Scorers is { } scorers)
        {
            ScorerJson.Write(writer, scorers);
        }

        WriteImages(writer, scenario.Images);
    }

    private static void WriteImages(Utf8JsonWriter writer, IReadOnlyList<PromptImage>? images)
    {
        if (images is null)
        {
            return;
        }

        writer.WriteStartArray("images");
        foreach (var image in images)
        {
            writer.WriteStartObject();
            writer.WriteString("name", image.Name);
            if (!image.IsUrl)
            {
                writer.WriteString("digest", image.Digest);
                writer.WriteString("mediaType", image.MediaType);
                writer.WriteNumber("bytes", image.Bytes);
                writer.WriteNumber("width", image.Width);
                writer.WriteNumber("height", image.Height);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
