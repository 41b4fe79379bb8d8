using System.Text.RegularExpressions;

namespace FunctionsEval.Providers;

/// <summary>Makes a vendor's words fit to be stored and shown: no credential, no piece of the prompt, no control character, at most 500 characters.</summary>
public static partial class SafeMessage
{
    internal const int MaxLength = 500;

    // An echo of at least 2·Window - 1 characters holds a whole window that starts at a multiple of Window.
    private const int Window = 12;

    /// <summary>Any text without the credentials in it that have a known form: keys of vendors, signed tokens, user and password of a URL.</summary>
    public static string WithoutCredentials(string text) => KeyLike().Replace(UserOfUrl().Replace(text, "[credentials]@"), "[key]");

    internal static string Of(string text, string? key, IReadOnlyList<ChatMessage> messages)
    {
        // Cut later than shown, so that what is replaced is not torn in two at the end.
        var safe = Cut(text, 4 * MaxLength);
        if (!string.IsNullOrEmpty(key))
        {
            safe = safe.Replace(key, "[key]", StringComparison.Ordinal);
        }

        safe = WithoutCredentials(safe);
        foreach (var message in messages)
        {
            safe = WithoutEcho(safe, message.Text);
        }

        safe = NotShown().Replace(LineBreaks().Replace(safe, " "), "\ufffd").Trim();
        return safe.Length <= MaxLength ? safe : $"{Cut(safe, MaxLength - 1)}…";
    }

    /// <summary>At most so many characters, and no half of a pair at the end.</summary>
    private static string Cut(string text, int length) =>
        text.Length <= length ? text : char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];

    private static string WithoutEcho(string text, string prompt)
    {
        if (prompt.Length is > 3 and < 2 * Window)
        {
            return text.Replace(prompt, "[prompt]", StringComparison.Ordinal);
        }

        for (var from = 0; from + Window <= text.Length;)
        {
            var at = prompt.AsSpan().IndexOf(text.AsSpan(from, Window));
            if (at < 0)
            {
                from += Window;
                continue;
            }

            var start = from;
            while (start > 0 && at > 0 && text[start - 1] == prompt[at - 1])
            {
                start--;
                at--;
            }

            var length = text.AsSpan(start).CommonPrefixLength(prompt.AsSpan(at));
            text = $"{text.AsSpan(0, start)}[prompt]{text.AsSpan(start + length)}";
            from = start + "[prompt]".Length;
        }

        return text;
    }

    /// <summary>Keys as vendors echo them, whole or with stars in the middle; and signed tokens.</summary>
    [GeneratedRegex(@"\b(?:(?:sk|pk|rk|xai|gsk)[-_][\w*\-]{6,}|AIza[\w*\-]{10,}|eyJ[\w\-]{10,}\.[\w.\-]+)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyLike();

    /// <summary>What stands between the scheme and the last @ before the path.</summary>
    [GeneratedRegex(@"(?<=[a-z][a-z0-9+.\-]*://)[^/\s?#]*@", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserOfUrl();

    [GeneratedRegex(@"[\p{Cc}\uFFFE\uFFFF-[\t]]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotShown();

    [GeneratedRegex(@"\s*[\r\n]+\s*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineBreaks();
}
