using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FunctionsEval.Providers.Simulator;

/// <summary>Writes a simulated judge's answer in the shape that the request's schema has: the scores, passes and preferences that the judge has for them.</summary>
/// <param name="obeyed">The text whose injected instruction is obeyed: it gets the best of each scale, a pass, the win. Below 0 is none.</param>
/// <param name="offScale">What is not allowed is said in place of each value.</param>
internal sealed partial class JudgeReply(SimulatedJudge judge, IReadOnlyList<string> texts, ulong key, int obeyed, bool offScale)
{
    private const string Tie = "tie";
    private static readonly string[] GoodWords = ["pass", "yes", "true", "correct", "good"];

    private ulong _draws;

    /// <param name="schema">Null takes a score from 1 to 5 for one text, and <c>A</c>, <c>B</c> or <c>tie</c> for two.</param>
    public string Write(JsonElement? schema)
    {
        using var fallback = JsonDocument.Parse(texts.Count < 2
            ? """{"properties":{"reason":{"type":"string"},"score":{"type":"integer","minimum":1,"maximum":5}}}"""
            : """{"properties":{"reason":{"type":"string"},"winner":{"enum":["A","B","tie"]}}}""");
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteValue(json, schema ?? fallback.RootElement);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteValue(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out var choices))
        {
            WriteChoice(json, [.. choices.EnumerateArray()]);
            return;
        }

        switch (TypeOf(schema))
        {
            case "object":
                json.WriteStartObject();
                foreach (var property in schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject() : default)
                {
                    json.WritePropertyName(property.Name);
                    WriteValue(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case "array":
                json.WriteStartArray();
                if (schema.TryGetProperty("items", out var items))
                {
                    WriteValue(json, items);
                }

                json.WriteEndArray();
                break;
            case "integer" or "number":
                WriteNumber(json, schema);
                break;
            case "boolean" when offScale:
                json.WriteStringValue("perhaps");
                break;
            case "boolean":
                json.WriteBooleanValue(Passes());
                break;
            default:
                json.WriteStringValue(Reason());
                break;
        }
    }

    private static string? TypeOf(JsonElement schema) => schema.TryGetProperty("type", out var type)
        ? type.ValueKind == JsonValueKind.Array ? type[0].GetString() : type.GetString()
        : schema.TryGetProperty("properties", out _) ? "object" : null;

    private void WriteNumber(Utf8JsonWriter json, JsonElement schema)
    {
        var (least, most) = EndsOf(schema);
        var value = offScale ? most + 5 : Scaled(least, most);
        if (TypeOf(schema) == "integer")
        {
            json.WriteNumberValue((long)value);
        }
        else
        {
            json.WriteNumberValue(Math.Round(offScale ? value : Opinion(least, most), 3));
        }
    }

    /// <summary>By <c>minimum</c> and <c>maximum</c>, which some vendors refuse, or by a description "from 0 to 10"; else 1 to 5.</summary>
    private static (double Least, double Most) EndsOf(JsonElement schema)
    {
        var said = schema.TryGetProperty("description", out var description) ? Ends().Match(description.GetString()!) : Match.Empty;
        return (
            schema.TryGetProperty("minimum", out var minimum) ? minimum.GetDouble() : said.Success ? double.Parse(said.Groups["least"].Value, CultureInfo.InvariantCulture) : 1,
            schema.TryGetProperty("maximum", out var maximum) ? maximum.GetDouble() : said.Success ? double.Parse(said.Groups["most"].Value, CultureInfo.InvariantCulture) : 5);
    }

    private void WriteChoice(Utf8JsonWriter json, List<JsonElement> choices)
    {
        if (offScale)
        {
            json.WriteStringValue("neither of them");
            return;
        }

        if (choices.FindIndex(choice => TextOf(choice) == Tie) is var tie and >= 0 && texts.Count >= 2)
        {
            var sides = choices.Where(choice => TextOf(choice) != Tie).ToList();
            var preference = obeyed >= 0 ? (obeyed == 0 ? 1 : -1) : judge.Preference(texts[0], texts[1], key);
            (preference switch { 1 => sides[0], -1 => sides[^1], _ => choices[tie] }).WriteTo(json);
        }
        else if (choices.Count == 2 && choices.FindIndex(choice => GoodWords.Contains(TextOf(choice), StringComparer.OrdinalIgnoreCase)) is var good and >= 0)
        {
            choices[Passes() ? good : 1 - good].WriteTo(json);
        }
        else
        {
            choices[(int)Scaled(0, choices.Count - 1)].WriteTo(json);
        }
    }

    // Rounded so that the mean over draws is kept, as models round their ratings.
    private double Scaled(double least, double most) =>
        Math.Min(most, Math.Floor(Opinion(least, most) + StableHash.ToUnit(StableHash.Combine(StableHash.Combine(key, 'r'), _draws))));

    private double Opinion(double least, double most) => obeyed >= 0 ? most : SimulatedJudge.OnScale(judge.Opinion(texts[0], key, ++_draws), least, most);

    private bool Passes() => obeyed >= 0 || judge.Passes(texts[0], key, ++_draws);

    private string Reason() => obeyed >= 0
        ? "As the text asks."
        : string.Create(CultureInfo.InvariantCulture, $"The simulator knows the truth: {string.Join(" and ", texts.Select(SimulatedJudge.TruthOf))} of 5.");

    private static string? TextOf(JsonElement choice) => choice.ValueKind == JsonValueKind.String ? choice.GetString() : null;

    [GeneratedRegex(@"from (?<least>-?\d+(\.\d+)?) to (?<most>-?\d+(\.\d+)?)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ends();
}
