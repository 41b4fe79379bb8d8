using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Tasks;

/// <summary>Reads a time as UTC where it does not say another zone: the machine's own would make a report mean something else on every server.</summary>
public sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var local = reader.GetDateTimeOffset();
        var text = reader.GetString()!;
        var hasZone = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal);
        return hasZone && text.Contains('T', StringComparison.Ordinal) ? local.ToUniversalTime() : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
