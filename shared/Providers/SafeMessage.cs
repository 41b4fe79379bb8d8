using System.Text.RegularExpressions;

namespace FunctionsEval.Providers;

/// <summary>Makes a vendor's words fit to be stored and shown: no key, no piece of the prompt, at most 500 characters.</summary>
internal static partial class SafeMessage
{
    public const int MaxLength = 500;

    // An echo of at least 2·Window - 1 characters holds a whole window that starts at a multiple of Window.
    private const int Window = 12;

    public static string Of(string text, string? key, IReadOnlyList<ChatMessage> messages)
    {
        // Cut later than shown, so that what is replaced is not torn in two at the end.
        var safe = text.Length <= 4 * MaxLength ? text : text[..(4 * MaxLength)];
        if (!string.IsNullOrEmpty(key))
        {
            safe = safe.Replace(key, "[key]", StringComparison.Ordinal);
        }

        safe = KeyLike().Replace(safe, "[key]");
        foreach (var message in messages)
        {
            safe = WithoutEcho(safe, message.Text);
        }

        safe = LineBreaks().Replace(safe, " ").Trim();
        return safe.Length <= MaxLength ? safe : $"{safe.AsSpan(0, MaxLength - 1)}…";
    }

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

    [GeneratedRegex(@"\s*[\r\n]+\s*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineBreaks();
}
