using System.Globalization;

namespace FunctionsEval.Evaluation;

/// <summary>Counts in sentences: "1 scenario", "1,200 scenarios".</summary>
public static class Plural
{
    /// <param name="many">Of a noun that does not take an s.</param>
    public static string Of(long count, string noun, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? noun : many ?? $"{noun}s")}");
}
