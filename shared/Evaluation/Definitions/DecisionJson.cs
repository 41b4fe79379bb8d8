using System.Text.Json;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary><c>compare</c>, <c>stopping</c> and <c>allocation</c> in the canonical JSON; nothing where they are not given, so that ids of older definitions stay.</summary>
internal static class DecisionJson
{
    public static void Write(Utf8JsonWriter writer, CompareSpec? compare)
    {
        if (compare is null)
        {
            return;
        }

        writer.WriteStartObject("compare");
        DefinitionJson.WriteOptional(writer, "control", compare.Control);
        WriteMargin(writer, compare.Margin);
        if (compare.Margins is { } margins)
        {
            writer.WriteStartObject("margins");
            foreach (var (metric, margin) in margins.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WriteNumber(metric, margin);
            }

            writer.WriteEndObject();
        }

        if (compare.Metrics is { } metrics)
        {
            DefinitionJson.WriteList(writer, "metrics", metrics);
        }

        writer.WriteNumber("confidence", compare.Confidence);
        writer.WriteString("pairs", compare.Pairs);
        writer.WriteString("correction", compare.Correction);
        writer.WriteString("better", compare.Better);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, StoppingSpec? stopping)
    {
        if (stopping is null)
        {
            return;
        }

        writer.WriteStartObject("stopping");
        writer.WriteNumber("lookEvery", stopping.LookEvery);
        WriteMargin(writer, stopping.Margin);
        DefinitionJson.WriteOptional(writer, "metric", stopping.Metric);
        if (stopping.Type != StoppingSpec.OBrienFleming)
        {
            writer.WriteString("type", stopping.Type);
        }

        writer.WriteBoolean("futility", stopping.Futility);
        if (stopping.MaxCalls is { } maxCalls)
        {
            writer.WriteNumber("maxCalls", maxCalls);
        }

        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, AllocationSpec? allocation)
    {
        if (allocation is null)
        {
            return;
        }

        writer.WriteStartObject("allocation");
        writer.WriteString("type", allocation.Type);
        writer.WriteNumber("pilotSamples", allocation.PilotSamples);
        writer.WriteNumber("meanSamples", allocation.MeanSamples);
        DefinitionJson.WriteOptional(writer, "metric", allocation.Metric);
        writer.WriteEndObject();
    }

    private static void WriteMargin(Utf8JsonWriter writer, double? margin)
    {
        if (margin is { } number)
        {
            writer.WriteNumber("margin", number);
        }
    }
}
