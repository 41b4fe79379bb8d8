using System.Globalization;
using System.Text.Json;
using FunctionsEval.Http;

namespace FunctionsEval.Content;

/// <summary>Takes the known fields out of one JSON object and collects every complaint, with field, value and rule.</summary>
internal sealed class LineFields(JsonElement mapping, List<FieldError> errors)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public bool Has(string name) => mapping.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public string? Text(string name, int maxLength, bool required = false)
    {
        if (Take(name) is not { } value)
        {
            return required ? Fail<string>(name, $"{name} is required.") : null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return Fail<string>(name, $"{name} must be text, but is {Excerpt.Of(value)}.");
        }

        var text = value.GetString()!;
        return text switch
        {
            _ when required && string.IsNullOrWhiteSpace(text) => Fail<string>(name, $"{name} must not be blank."),
            _ when text.Length > maxLength => Fail<string>(name, $"{name} must be at most {maxLength} characters long, but has {text.Length}."),
            _ => text,
        };
    }

    /// <summary>An id: short, one line.</summary>
    public string? Id(string name, bool required = false) =>
        Text(name, 128, required) is not { } id ? null
        : id.Length == 0 || id.Any(char.IsControl) ? Fail<string>(name, $"{name} must be 1 to 128 characters without control characters.")
        : id;

    public DateTimeOffset? Time(string name)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && IsoTime.Parse(value.GetString()) is { } time && time.Year > 1700
            ? time
            : FailValue<DateTimeOffset>(name, $"{name} must be a time such as 2026-05-04T12:00:00Z, but is {Excerpt.Of(value)}.");
    }

    public double Number(string name) =>
        Take(name) is not { } value ? 0
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && Math.Abs(number) <= 1e15 ? number
        : FailValue<double>(name, $"{name} must be a number of at most 1e15, but is {Excerpt.Of(value)}.") ?? 0;

    public bool Flag(string name, bool standard) =>
        Take(name) is not { } value ? standard
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : FailValue<bool>(name, $"{name} must be true or false, but is {Excerpt.Of(value)}.") ?? standard;

    /// <summary>A list, as long as it is short enough; null when it is missing.</summary>
    public IReadOnlyList<JsonElement>? List(string name, int maxLength)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is var length && length >= 1 && length <= maxLength
            ? [.. value.EnumerateArray()]
            : Fail<IReadOnlyList<JsonElement>>(name, $"{name} must be a list of 1 to {maxLength.ToString("N0", CultureInfo.InvariantCulture)} entries.");
    }

    /// <summary>The fields of an object inside this one; null when it is missing.</summary>
    public LineFields? Object(string name) =>
        Take(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new LineFields(value, errors)
        : Fail<LineFields>(name, $"{name} must be an object.");

    /// <summary>Whatever was not asked for is a mistake, and better said than ignored.</summary>
    public void RejectOthers()
    {
        foreach (var property in mapping.EnumerateObject().Where(property => !_known.Contains(property.Name)))
        {
            var name = Excerpt.Of(property.Name);
            Fail<string>(name, $"{name} is unknown; known here: {string.Join(", ", _known)}.");
        }
    }

    public T? Fail<T>(string name, string message)
        where T : class
    {
        errors.Add(new FieldError(name, message));
        return null;
    }

    private T? FailValue<T>(string name, string message)
        where T : struct
    {
        errors.Add(new FieldError(name, message));
        return null;
    }

    private JsonElement? Take(string name)
    {
        _known.Add(name);
        return mapping.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
