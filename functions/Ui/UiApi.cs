using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace FunctionsEval.Ui;

/// <summary>
/// The page that watches runs. It holds no data and needs no key; what it shows it asks the API for, with the key its user gives it.
/// </summary>
internal static class UiApi
{
    /// <summary>Where the page and its parts lie; everything below is open.</summary>
    public const string Path = "/api/ui";

    private const string ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Dictionary<string, Part> Parts = new(StringComparer.Ordinal)
    {
        ["index.html"] = Part.Of("index.html", "text/html; charset=utf-8"),
        ["page.css"] = Part.Of("page.css", "text/css; charset=utf-8"),
        ["page.js"] = Part.Of("page.js", "text/javascript; charset=utf-8"),
    };

    public static void MapUi(this IEndpointRouteBuilder api)
    {
        api.MapGet("/ui", (HttpResponse response) => Get("index.html", response));
        api.MapGet("/ui/{file}", Get);
    }

    internal static IResult Get(string file, HttpResponse response)
    {
        if (!Parts.TryGetValue(file, out var part))
        {
            return TypedResults.Problem($"The page has no part '{file}'.", statusCode: 404);
        }

        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.CacheControl = "no-cache";
        return TypedResults.Bytes(part.Content, part.ContentType, entityTag: part.Tag);
    }

    private sealed record Part(byte[] Content, string ContentType, EntityTagHeaderValue Tag)
    {
        public static Part Of(string name, string contentType)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"FunctionsEval.Ui.{name}")!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content.ToArray()).AsSpan(0, 8))}\"";
            return new Part(content.ToArray(), contentType, new EntityTagHeaderValue(tag));
        }
    }
}
