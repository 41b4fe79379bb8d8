using System.Globalization;
using System.Net;

namespace FunctionsEval.Providers.Wire;

/// <summary>A complete HTTP response that came through <see cref="PlainResponses"/>, whoever received it.</summary>
/// <param name="Header">The value of a header, or null.</param>
/// <param name="Body">Belongs to its reader, who may change it.</param>
internal readonly record struct WireResponse(Func<string, string?> Header, Memory<byte> Body, bool IsTooLong)
{
    public int Status { get; } = int.Parse(Header(PlainResponses.StatusHeader)!, CultureInfo.InvariantCulture);

    /// <summary>What was called, fit to be shown.</summary>
    public string Url => Header(PlainResponses.UrlHeader)!;

    public static WireResponse Of(HttpResponseMessage message, in ResponseBody body) => new(
        name => message.Headers.TryGetValues(name, out var values) || message.Content.Headers.TryGetValues(name, out values) ? values.First() : null,
        body.Bytes,
        body.IsTooLong);
}

/// <summary>
/// Shows the vendors' packages every response as a 200, with its true status and the URL that was called in headers of our own. By
/// themselves they throw for an error and lose its headers, or follow a redirect and carry the key and the prompt to wherever it points.
/// </summary>
internal sealed class PlainResponses(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public const string StatusHeader = "X-True-Status";
    public const string UrlHeader = "X-Called-Url";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        Set(response, UrlHeader, Address(request.RequestUri!));
        Set(response, StatusHeader, ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture));
        response.StatusCode = HttpStatusCode.OK;
        return response;
    }

    private static void Set(HttpResponseMessage response, string name, string value)
    {
        response.Headers.Remove(name);
        response.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>Without user and query, where credentials may be; only Azure's version is kept.</summary>
    private static string Address(Uri url)
    {
        var address = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        return url.Query.StartsWith("?api-version=", StringComparison.Ordinal) && !url.Query.Contains('&', StringComparison.Ordinal) ? address + url.Query : address;
    }
}
