using System.Globalization;

namespace FunctionsEval.Evaluation.Documents;

/// <summary>What an unquoted scalar means by the core schema of YAML 1.2 (section 10.3.2), of which JSON's literals are a part.</summary>
internal static class ScalarValue
{
    public static bool IsNull(this SourceNode node) =>
        node is SourceNode.Scalar { Quoted: false, Text: "" or "~" or "null" or "Null" or "NULL" };

    public static bool? AsBoolean(this SourceNode.Scalar scalar) => scalar switch
    {
        { Quoted: true } => null,
        { Text: "true" or "True" or "TRUE" } => true,
        { Text: "false" or "False" or "FALSE" } => false,
        _ => null,
    };

    public static long? AsInteger(this SourceNode.Scalar scalar)
    {
        var text = scalar.Text;
        if (scalar.Quoted || text.Length == 0)
        {
            return null;
        }

        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) && hex >= 0 ? hex : null;
        }

        if (text.StartsWith("0o", StringComparison.Ordinal))
        {
            return AsOctal(text.AsSpan(2));
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>Infinite for <c>.inf</c> and for literals too large, NaN for <c>.nan</c>: callers that want finite numbers must check.</summary>
    public static double? AsNumber(this SourceNode.Scalar scalar)
    {
        if (scalar.Quoted)
        {
            return null;
        }

        switch (scalar.Text)
        {
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF": return double.PositiveInfinity;
            case "-.inf" or "-.Inf" or "-.INF": return double.NegativeInfinity;
            case ".nan" or ".NaN" or ".NAN": return double.NaN;
            case "": return null;
        }

        if (scalar.AsInteger() is { } integer)
        {
            return integer;
        }

        // TryParse would also take the words Infinity and NaN, which the core schema leaves as text.
        return scalar.Text[^1] is (>= '0' and <= '9') or '.'
            && double.TryParse(
                scalar.Text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out var value)
            ? value
            : null;
    }

    private static long? AsOctal(ReadOnlySpan<char> digits)
    {
        if (digits.Length is 0 or > 20)
        {
            return null;
        }

        var value = 0L;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7')
            {
                return null;
            }

            value = (value * 8) + (digit - '0');
        }

        return value;
    }
}
