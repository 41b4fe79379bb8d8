using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>
/// The canonical JSON of a definition: fixed order of fields, defaults written out, nulls left out (but in config, where null has a
/// meaning). The round trip is exact. A definition without its scenarios is written and read too, for stores that keep them as rows.
/// </summary>
public static class DefinitionJson
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Definition definition) => WriteText(writer => Write(writer, definition));

    /// <summary>Does not check the rules again: what was stored stays readable when a rule becomes stricter.</summary>
    /// <exception cref="JsonException">The text was not written by <see cref="Write(Definition)"/>.</exception>
    public static Definition Read(string json) =>
        JsonSerializer.Deserialize(json, DefinitionJsonContext.Default.Definition) ?? throw new JsonException("A definition must not be null.");

    /// <summary>"d" and the first 16 hexadecimal digits of the SHA-256 of the canonical JSON: same content, same id.</summary>
    public static string IdOf(Definition definition)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            // The default encoder escapes everything but ASCII, so the id cannot change with the Unicode tables of a later runtime.
            using var writer = new Utf8JsonWriter(stream);
            Write(writer, definition);
        }

        return "d" + Convert.ToHexStringLower(hash.Hash!.AsSpan(0, 8));
    }

    internal static string WriteText(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    internal static void WriteOptional(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    /// <summary>Only where it is set.</summary>
    internal static void WriteFlag(Utf8JsonWriter writer, string name, bool value)
    {
        if (value)
        {
            writer.WriteBoolean(name, value);
        }
    }

    private static void Write(Utf8JsonWriter writer, Definition definition)
    {
        const int FlushAt = 64 * 1024;
        writer.WriteStartObject();
        writer.WriteString("name", definition.Name);
        writer.WriteString("preamble", definition.Preamble);
        writer.WriteStartArray("scenarios");
        foreach (var scenario in definition.Scenarios)
        {
            ScenarioJson.Write(writer, scenario);
            if (writer.BytesPending > FlushAt)
            {
                writer.Flush();
            }
        }

        writer.WriteEndArray();
        WriteList(writer, "models", definition.Models);
        VariantJson.Write(writer, definition.Variants);
        writer.WriteNumber("samplesPerScenario", definition.SamplesPerScenario);
        writer.WriteNumber("samplePercentage", definition.SamplePercentage);
        if (definition.SampleSeed is { } seed)
        {
            writer.WriteNumber("sampleSeed", seed);
        }

        ScorerJson.Write(writer, definition.Scorers);
        Write(writer, definition.Config);
        if (definition.Budget is { } budget)
        {
            writer.WriteStartObject("budget");
            writer.WriteNumber("maxUsd", budget.MaxUsd);
            writer.WriteBoolean("allowUnknownPrice", budget.AllowUnknownPrice);
            writer.WriteEndObject();
        }

        DecisionJson.Write(writer, definition.Compare);
        DecisionJson.Write(writer, definition.Stopping);
        DecisionJson.Write(writer, definition.Allocation);
        WritePrompts(writer, definition.Prompts);
        WriteOptional(writer, "pass", definition.Pass);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ProbeConfig config)
    {
        writer.WriteStartObject("config");
        WriteNumberOrNull(writer, "temperature", config.Temperature);
        WriteNumberOrNull(writer, "maxTokens", config.MaxTokens);
        writer.WriteNumber("maxTurns", config.MaxTurns);
        WriteOptional(writer, "topP", config.TopP);
        if (config.Seed is { } seed)
        {
            writer.WriteNumber("seed", seed);
        }

        if (config.Stop is { } stop)
        {
            WriteList(writer, "stop", stop);
        }

        WriteOptional(writer, "responseFormat", config.ResponseFormat);
        WriteOptional(writer, "extra", config.Extra);
        writer.WriteEndObject();
    }

    private static void WritePrompts(Utf8JsonWriter writer, IReadOnlyList<PromptTemplate> prompts)
    {
        if (prompts.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("prompts");
        foreach (var prompt in prompts)
        {
            writer.WriteStartObject();
            writer.WriteString("name", prompt.Name);
            writer.WriteString("template", prompt.Template);
            WriteOptional(writer, "system", prompt.System);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    internal static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static void WriteNumberOrNull(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Definition))]
[JsonSerializable(typeof(Scenario))]
internal sealed partial class DefinitionJsonContext : JsonSerializerContext;
