namespace FunctionsEval.Providers.Wire;

/// <summary>Tells thoughts that a model writes into its answer (<c>&lt;think&gt;..&lt;/think&gt;</c>) from the answer behind them.</summary>
internal static class Thoughts
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    /// <summary>The answer without the thoughts in front of it, and the thoughts; null when there are none.</summary>
    public static (string Answer, string? Thoughts) Split(string text)
    {
        // Most models that think in the text start in the middle of it: their template holds the opening tag.
        var rest = text.AsSpan().TrimStart();
        if (!rest.StartsWith(Open, StringComparison.OrdinalIgnoreCase))
        {
            var close = text.IndexOf(Close, StringComparison.OrdinalIgnoreCase);
            var isLone = close >= 0 && text.AsSpan(0, close).IndexOf(Open, StringComparison.OrdinalIgnoreCase) < 0;
            return isLone ? (text[(close + Close.Length)..].TrimStart(), text[..close].Trim()) : (text, null);
        }

        var thoughts = new List<string>();
        while (rest.StartsWith(Open, StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[Open.Length..];
            var close = rest.IndexOf(Close, StringComparison.OrdinalIgnoreCase);

            // Cut off amid the thoughts: there is no answer.
            var length = close < 0 ? rest.Length : close;
            thoughts.Add(rest[..length].Trim().ToString());
            rest = rest[Math.Min(rest.Length, length + Close.Length)..].TrimStart();
        }

        return (rest.ToString(), string.Join("\n\n", thoughts));
    }
}
