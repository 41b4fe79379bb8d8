using System.Text.Json;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>A judge in the canonical JSON: only what was given, so that defaults may be added without changing ids.</summary>
internal static class JudgeJson
{
    public static void Write(Utf8JsonWriter writer, JudgeSpec judge)
    {
        writer.WriteStartObject("judge");
        DefinitionJson.WriteList(writer, "models", judge.Models);
        DefinitionJson.WriteOptional(writer, "rubric", judge.Rubric);
        if (judge.Criteria is { } criteria)
        {
            writer.WriteStartArray("criteria");
            foreach (var criterion in criteria)
            {
                writer.WriteStartObject();
                writer.WriteString("name", criterion.Name);
                DefinitionJson.WriteOptional(writer, "description", criterion.Description);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (judge.Scale is var (min, max))
        {
            writer.WriteStartObject("scale");
            writer.WriteNumber("min", min);
            writer.WriteNumber("max", max);
            writer.WriteEndObject();
        }

        DefinitionJson.WriteFlag(writer, "passFail", judge.PassFail);
        DefinitionJson.WriteFlag(writer, "reference", judge.Reference);
        writer.WriteNumber("repeats", judge.Repeats);
        DefinitionJson.WriteOptional(writer, "aggregate", judge.Aggregate);
        DefinitionJson.WriteOptional(writer, "overall", judge.Overall);
        DefinitionJson.WriteOptional(writer, "temperature", judge.Temperature);
        DefinitionJson.WriteOptional(writer, "maxTokens", judge.MaxTokens);
        DefinitionJson.WriteOptional(writer, "reasoningEffort", judge.ReasoningEffort);
        DefinitionJson.WriteOptional(writer, "template", judge.Template);
        writer.WriteEndObject();
    }
}
