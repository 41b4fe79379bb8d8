using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace FunctionsEval.Pages;

/// <summary>Style and script of the pages, embedded in the program. Their addresses carry a hash, so that browsers keep them.</summary>
internal static class PageAssets
{
    private static readonly Dictionary<string, Asset> Assets = new(StringComparer.Ordinal)
    {
        ["pages.css"] = Asset.Read("pages.css", "text/css; charset=utf-8"),
        ["pages.js"] = Asset.Read("pages.js", "text/javascript; charset=utf-8"),
    };

    public static string AddressOf(string file) => $"{PageAccess.Root}/assets/{file}?v={Assets[file].Hash}";

    public static Results<FileContentHttpResult, ProblemHttpResult> Get(string file, HttpResponse response)
    {
        if (!Assets.TryGetValue(file, out var asset))
        {
            return TypedResults.Problem($"The pages have no part '{Http.Excerpt.Of(file)}'.", statusCode: 404);
        }

        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Bytes(asset.Content, asset.ContentType, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}\""));
    }

    private sealed record Asset(byte[] Content, string ContentType, string Hash)
    {
        public static Asset Read(string name, string contentType)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"FunctionsEval.Pages.{name}")!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return new Asset(content.ToArray(), contentType, Convert.ToHexStringLower(SHA256.HashData(content.ToArray()).AsSpan(0, 8)));
        }
    }
}
