using System.Globalization;
using System.Text;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>What a text field may hold. Lengths are UTF-16 units, as the store counts them.</summary>
internal sealed record TextRule(int MaxLength, bool AllowBlank = false, bool OneLine = false)
{
    public static readonly TextRule Name = new(DefinitionRules.MaxNameLength, OneLine: true);
    public static readonly TextRule Id = new(DefinitionRules.MaxIdLength, OneLine: true);
    public static readonly TextRule Model = new(DefinitionRules.MaxModelLength, OneLine: true);
    public static readonly TextRule Prompt = new(DefinitionRules.MaxTextLength);
    public static readonly TextRule Text = new(DefinitionRules.MaxTextLength, AllowBlank: true);

    public string? Check(string field, string value)
    {
        if (value.Length > MaxLength)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{field} must be at most {MaxLength:N0} characters long, but has {value.Length:N0}: {Wording.Shorten(value)}.");
        }

        if (!AllowBlank && string.IsNullOrWhiteSpace(value))
        {
            return $"{field} must not be blank, but is {Wording.Shorten(value)}.";
        }

        if (OneLine && value.Any(char.IsControl))
        {
            return $"{field} must not hold control characters, but is {Wording.Shorten(value)}.";
        }

        return IsUnicode(value) ? null : $"{field} must be valid Unicode, but holds half of a surrogate pair.";
    }

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        var start = text.IndexOfAnyInRange('\ud800', '\udfff');
        while (start >= 0)
        {
            text = text[start..];
            if (Rune.DecodeFromUtf16(text, out _, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
            start = text.IndexOfAnyInRange('\ud800', '\udfff');
        }

        return true;
    }
}
