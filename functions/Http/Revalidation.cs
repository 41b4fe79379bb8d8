using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace FunctionsEval.Http;

/// <summary>Marks an endpoint whose answer seldom changes: who has it already is told so (RFC 9110, ETag and 304) instead of being sent it again.</summary>
internal sealed record Revalidated
{
    public static readonly Revalidated Endpoint = new();
}

/// <summary>Gives the answers of marked endpoints an ETag, the digest of their bytes.</summary>
internal static class Revalidation
{
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Revalidated>() is null)
        {
            await next(context);
            return;
        }

        var (response, wire) = (context.Response, context.Response.Body);
        using var held = new MemoryStream();
        response.Body = held;
        try
        {
            await next(context);
            await response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            response.Body = wire;
        }

        var bytes = held.GetBuffer().AsMemory(0, (int)held.Length);
        if (response.StatusCode == StatusCodes.Status200OK)
        {
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes.Span).AsSpan(0, 16))}\"");
            response.GetTypedHeaders().ETag = tag;
            response.Headers.CacheControl = "private, no-cache";
            if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentType = null;
                response.ContentLength = null;
                return;
            }

            response.ContentLength = bytes.Length;
        }

        if (bytes.Length > 0)
        {
            await wire.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
