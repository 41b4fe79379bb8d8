using System.Text.Json;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>The variants of a definition in its canonical JSON; nothing where it has none, so that ids of plain lists of models stay.</summary>
internal static class VariantJson
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Variant> variants)
    {
        if (variants.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("variants");
        foreach (var variant in variants)
        {
            writer.WriteStartObject();
            writer.WriteString("name", variant.Name);
            writer.WriteString("model", variant.Model);
            DefinitionJson.WriteOptional(writer, "preamble", variant.Preamble);
            if (variant.Temperature is { } temperature)
            {
                writer.WriteNumber("temperature", temperature);
            }

            if (variant.MaxTokens is { } maxTokens)
            {
                writer.WriteNumber("maxTokens", maxTokens);
            }

            DefinitionJson.WriteOptional(writer, "reasoningEffort", variant.ReasoningEffort);
            DefinitionJson.WriteOptional(writer, "prompt", variant.Prompt);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
