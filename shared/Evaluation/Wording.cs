using System.Globalization;

namespace FunctionsEval.Evaluation;

/// <summary>The parts of a sentence that refuses a value: the field, the rule, the value.</summary>
internal static class Wording
{
    public static string Between(long min, long max) => string.Create(CultureInfo.InvariantCulture, $"must be between {min:N0} and {max:N0}");

    public static string Broken(string field, string rule, string value) => $"{field} {rule}, but is {value}.";

    /// <summary>A value as it may stand in a message: quoted, one line, short.</summary>
    public static string Shorten(string value)
    {
        const int Shown = 40;
        var shown = value.Length <= Shown ? value : value[..(char.IsHighSurrogate(value[Shown - 1]) ? Shown - 1 : Shown)];
        var clean = string.Concat(shown.Select(unit => unit switch
        {
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ when char.IsControl(unit) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
            _ => unit.ToString(),
        }));
        return shown.Length == value.Length ? $"\"{clean}\"" : $"\"{clean}...\"";
    }

    /// <summary>The beginning of a text that may be long.</summary>
    public static string Bounded(string text, int most = 2_000) =>
        text.Length <= most ? text : $"{text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)]}...";

    public static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Format(long value) => value.ToString(CultureInfo.InvariantCulture);
}
