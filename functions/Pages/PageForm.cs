using System.Globalization;
using System.Reflection;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FunctionsEval.Pages;

/// <summary>The fields of a form; those left empty are not there.</summary>
internal sealed record PageForm(IFormCollection Fields) : IBindableFromHttpContext<PageForm>
{
    public static readonly BodyTypes Types = new(
        "a form", "application/x-www-form-urlencoded", type => type is "application/x-www-form-urlencoded" or "multipart/form-data");

    // A definition may be as long as a body; the server limits that.
    private static readonly FormOptions Options = new() { ValueLengthLimit = int.MaxValue, BufferBody = false };

    public string? this[string name] => Fields[name].FirstOrDefault() is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    public static async ValueTask<PageForm?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(await new FormFeature(context.Request, Options).ReadFormAsync(context.RequestAborted));

    /// <summary>The text of a file, UTF-8; null where none was chosen.</summary>
    public async Task<string?> FileAsync(string name, CancellationToken cancellationToken)
    {
        if (Fields.Files[name] is not { Length: > 0 } file)
        {
            return null;
        }

        using var reader = new StreamReader(file.OpenReadStream());
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>A whole number, or an error that names field, value and rule.</summary>
    public int? Number(string name, string label, List<FieldError> errors)
    {
        if (this[name] is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        errors.Add(new FieldError(name, $"{label} must be a whole number, but is '{Excerpt.Of(text)}'."));
        return null;
    }

    public double? Amount(string name, string label, List<FieldError> errors)
    {
        if (this[name] is not { } text)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            return number;
        }

        errors.Add(new FieldError(name, $"{label} must be a number, but is '{Excerpt.Of(text)}'."));
        return null;
    }
}
