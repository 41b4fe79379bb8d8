using System.Globalization;

namespace FunctionsEval.Providers;

/// <summary>Form of the ids sent as <c>X-Client-Request-Id</c>: the logical call, then <c>~</c> and the attempt from 1.</summary>
public static class ClientRequestId
{
    // OpenAI refuses longer ids, and any that is not ASCII.
    private const int MaxLength = 512;

    public static string ForAttempt(string call, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{call}~{attempt}");

    /// <summary>The logical call: the id without its attempt.</summary>
    public static ReadOnlySpan<char> CallOf(ReadOnlySpan<char> id) =>
        id.LastIndexOf('~') is var at and >= 0 && at + 1 < id.Length && !id[(at + 1)..].ContainsAnyExceptInRange('0', '9') ? id[..at] : id;

    internal static string ToHeaderValue(string id)
    {
        var value = id.AsSpan().ContainsAnyExceptInRange('!', '~') ? Uri.EscapeDataString(id) : id;
        return value.Length <= MaxLength ? value : value[^MaxLength..];
    }
}
