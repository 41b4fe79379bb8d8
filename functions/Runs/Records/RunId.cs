using System.Buffers;
using System.Security.Cryptography;

namespace FunctionsEval.Runs.Records;

/// <summary>
/// 'r', nine characters of the time left until the year 3084 (so that newer runs sort first in a table), six random ones. Lower-case
/// base 32 without i, l, o and u: readable, and valid as a durable instance id and in a URL.
/// </summary>
internal static class RunId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

    private const int TimeCharacters = 9;
    private const int RandomCharacters = 6;
    private const long TimeRange = 1L << (5 * TimeCharacters);

    public static string New(DateTimeOffset now)
    {
        var left = TimeRange - 1 - now.ToUnixTimeMilliseconds();
        return string.Create(1 + TimeCharacters + RandomCharacters, left, static (span, value) =>
        {
            span[0] = 'r';
            for (var i = TimeCharacters; i >= 1; i--, value >>= 5)
            {
                span[i] = Alphabet[(int)(value & 31)];
            }

            for (var i = 1 + TimeCharacters; i < span.Length; i++)
            {
                span[i] = Alphabet[RandomNumberGenerator.GetInt32(32)];
            }
        });
    }

    public static bool IsValid(string text) =>
        text.Length == 1 + TimeCharacters + RandomCharacters && text[0] == 'r' && !text.AsSpan(1).ContainsAnyExcept(Characters);
}
