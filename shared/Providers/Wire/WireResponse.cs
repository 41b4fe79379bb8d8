namespace FunctionsEval.Providers.Wire;

/// <summary>A complete HTTP response, whoever received it.</summary>
/// <param name="Header">The value of a header, or null.</param>
internal readonly record struct WireResponse(int Status, Func<string, string?> Header, ReadOnlyMemory<byte> Body, bool IsTooLong)
{
    public static WireResponse Of(HttpResponseMessage message, int status, in ResponseBody body) => new(
        status,
        name => message.Headers.TryGetValues(name, out var values) || message.Content.Headers.TryGetValues(name, out values) ? values.First() : null,
        body.Bytes,
        body.IsTooLong);
}
