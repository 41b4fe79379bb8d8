using System.Text.Json;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>A scorer in the canonical JSON. Fields that came later are written only where they are given, so that ids of older definitions stay.</summary>
internal static class ScorerJson
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<ScorerSpec> scorers, string name = "scorers")
    {
        writer.WriteStartArray(name);
        foreach (var scorer in scorers)
        {
            Write(writer, scorer);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ScorerSpec scorer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", scorer.Type);
        DefinitionJson.WriteOptional(writer, "name", scorer.Name);
        DefinitionJson.WriteOptional(writer, "value", scorer.Value);
        writer.WriteBoolean("ignoreCase", scorer.IgnoreCase);
        DefinitionJson.WriteOptional(writer, "pattern", scorer.Pattern);
        DefinitionJson.WriteOptional(writer, "min", scorer.Min);
        DefinitionJson.WriteOptional(writer, "max", scorer.Max);
        if (scorer.Choices is { } choices)
        {
            DefinitionJson.WriteList(writer, "choices", choices);
        }

        DefinitionJson.WriteOptional(writer, "schema", scorer.Schema);
        writer.WriteNumber("turn", scorer.Turn);
        WriteLaterFields(writer, scorer);
        writer.WriteEndObject();
    }

    private static void WriteLaterFields(Utf8JsonWriter writer, ScorerSpec scorer)
    {
        if (scorer.Values is { } values)
        {
            DefinitionJson.WriteList(writer, "values", values);
        }

        DefinitionJson.WriteOptional(writer, "match", scorer.Match);
        DefinitionJson.WriteFlag(writer, "word", scorer.Word);
        DefinitionJson.WriteOptional(writer, "take", scorer.Take);
        DefinitionJson.WriteOptional(writer, "tolerance", scorer.Tolerance);
        DefinitionJson.WriteOptional(writer, "path", scorer.Path);
        DefinitionJson.WriteOptional(writer, "unit", scorer.Unit);
        DefinitionJson.WriteOptional(writer, "invalid", scorer.Invalid);
        DefinitionJson.WriteFlag(writer, "not", scorer.Not);
        DefinitionJson.WriteOptional(writer, "weight", scorer.Weight);
        DefinitionJson.WriteOptional(writer, "pass", scorer.Pass);
        DefinitionJson.WriteOptional(writer, "reasoning", scorer.Reasoning);
        if (scorer.Of is { } parts)
        {
            Write(writer, parts, "of");
        }

        DefinitionJson.WriteFlag(writer, "plain", scorer.Plain);
        if (scorer.External is { } external)
        {
            Write(writer, external);
        }

        if (scorer.Judge is { } judge)
        {
            JudgeJson.Write(writer, judge);
        }

        DefinitionJson.WriteOptional(writer, "pairs", scorer.Pairs);
    }

    private static void Write(Utf8JsonWriter writer, ExternalSpec external)
    {
        writer.WriteStartObject("external");
        if (external.Command is { } command)
        {
            DefinitionJson.WriteList(writer, "command", command);
        }

        DefinitionJson.WriteOptional(writer, "url", external.Url);
        writer.WriteNumber("timeoutSeconds", external.TimeoutSeconds);
        writer.WriteEndObject();
    }
}
