using System.Globalization;

namespace FunctionsEval.Providers;

/// <summary>
/// How many tokens a text is, roughly: counted by runs of letters, digits, punctuation and ideographs, and scaled by vendor. Used before
/// a run, and for an answer whose vendor counted nothing; docs/providers.md has its measured error.
/// </summary>
public static class TokenEstimate
{
    // Role and separators of one message in a conversation.
    private const int TokensPerMessage = 4;

    public static int OfConversation(string vendor, IReadOnlyList<ChatMessage> messages) =>
        messages.Sum(message => TokensPerMessage + OfText(vendor, message.Text) + (message.Images?.Sum(image => OfImage(image.Width, image.Height)) ?? 0));

    /// <summary>
    /// An image in pixels. Vendors count by areas or tiles after they made it smaller; a token for 750 pixels, at most 1,600, is Anthropic's own rule and near the
    /// others'. The most where the size is not known.
    /// </summary>
    public static int OfImage(int width, int height)
    {
        const int Most = 1_600;
        var pixels = (long)width * height;
        return pixels == 0 ? Most : (int)Math.Clamp(pixels / 750, 85, Most);
    }

    public static int OfText(string vendor, string text)
    {
        var tokens = 0.0;
        var run = 0;
        var kind = Kind.Space;
        foreach (var rune in text.EnumerateRunes())
        {
            var next = KindOf(rune.Value);
            if (next != kind)
            {
                tokens += Tokens(kind, run);
                (kind, run) = (next, 0);
            }

            run++;
        }

        tokens += Tokens(kind, run);
        return text.Length == 0 ? 0 : Math.Max(1, (int)Math.Round(tokens * Scale(vendor)));
    }

    private enum Kind
    {
        Space,
        Line,
        Latin,
        Accented,
        Digits,
        Ideographs,
        OtherLetters,
        Marks,
    }

    /// <summary>A word of up to seven letters is mostly one token with the space before it; longer ones are cut.</summary>
    private static double Tokens(Kind kind, int length) => length == 0 ? 0 : kind switch
    {
        Kind.Space => length > 1 ? 1 : 0,
        Kind.Line => 1,
        Kind.Latin => length <= 7 ? 1 : 1 + ((length - 7) / 5.0),
        Kind.Accented => 1,
        Kind.Digits => Math.Ceiling(length / 3.0),
        Kind.Ideographs => 0.75 * length,
        Kind.OtherLetters => Math.Max(1, length / 3.5),
        _ => Math.Max(1, length / 2.5),
    };

    /// <summary>Against OpenAI's newest vocabulary; the others' are smaller or unknown, so the estimate is on the safe side.</summary>
    private static double Scale(string vendor) => vendor switch
    {
        "anthropic" => 1.2,
        "mistral" => 1.15,
        "deepseek" or "xai" or "google" => 1.05,
        _ => 1,
    };

    private static Kind KindOf(int rune) => rune switch
    {
        ' ' or '\t' => Kind.Space,
        '\n' or '\r' => Kind.Line,
        >= 'a' and <= 'z' or >= 'A' and <= 'Z' => Kind.Latin,
        >= '0' and <= '9' => Kind.Digits,
        >= 0xC0 and <= 0x24F => Kind.Accented,
        >= 0x2E80 and <= 0x9FFF or >= 0xAC00 and <= 0xD7AF or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF => Kind.Ideographs,
        > 0x24F when CharUnicodeInfo.GetUnicodeCategory(rune) is <= UnicodeCategory.SpacingCombiningMark => Kind.OtherLetters,
        _ => Kind.Marks,
    };
}
