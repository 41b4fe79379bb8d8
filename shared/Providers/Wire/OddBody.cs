namespace FunctionsEval.Providers.Wire;

/// <summary>Our own words, in the place of a vendor's code, for a body that is none of that vendor.</summary>
internal static class OddBody
{
    /// <summary>A page for browsers: a sign-in, a portal, a firewall.</summary>
    public const string Page = "html_page";

    /// <summary>JSON of another kind: another server, or another path of it.</summary>
    public const string OtherJson = "other_json";

    public static bool IsPage(ReadOnlySpan<byte> body, string? contentType) =>
        body.TrimStart(" \t\r\n"u8) is [(byte)'<', ..] || contentType?.Contains("html", StringComparison.OrdinalIgnoreCase) == true;
}
