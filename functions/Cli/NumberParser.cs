using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace FunctionsEval.Cli;

/// <summary>Reads a number of the command line; what is none is refused in words for people, where the library would name .NET types.</summary>
internal static class NumberParser
{
    public static T? Optional<T>(ArgumentResult result)
        where T : struct, INumber<T> => Read<T>(result);

    public static T Required<T>(ArgumentResult result)
        where T : struct, INumber<T> => Read<T>(result) ?? T.Zero;

    private static T? Read<T>(ArgumentResult result)
        where T : struct, INumber<T>
    {
        var text = result.Tokens[^1].Value;
        if (T.TryParse(text, typeof(T) == typeof(double) ? NumberStyles.Float : NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        var kind = typeof(T) == typeof(double) ? "a number" : $"a whole number of at most {Bits<T>()} bits";
        result.AddError($"{(result.Parent as OptionResult)?.IdentifierToken?.Value} must be {kind}, but is '{text}'.");
        return null;
    }

    private static int Bits<T>() => typeof(T) == typeof(int) ? 32 : 64;
}
