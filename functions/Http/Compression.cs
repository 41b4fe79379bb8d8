using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Net.Http.Headers;

namespace FunctionsEval.Http;

/// <summary>
/// Compressed answers, for callers that take them. Over TLS too: what makes that dangerous (BREACH: a page of somebody else lets a browser send many requests with its own text
/// in them, and learns a secret of the answers from their lengths) needs answers with a secret, and requests of other sites. No answer holds a key, a cookie or a token, keys are not sent by
/// browsers, and the cookie of the pages is SameSite=Strict.
/// </summary>
internal static class Compression
{
    // Not those of events: each must arrive at once.
    private static readonly string[] Types =
        ["application/json", "application/problem+json", "application/jsonl", "application/xml", "text/html", "text/css", "text/csv", "text/javascript", "text/markdown", "text/plain"];

    public static IServiceCollection AddCompression(this IServiceCollection services) => services
        .Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest)
        .Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest)
        .AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = Types;
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
        });

    /// <summary>Also makes the tags of compressed answers weak: their bytes are not those of others with the same tag (RFC 9110, 8.8.3).</summary>
    public static IApplicationBuilder UseCompression(this IApplicationBuilder app) => app.UseResponseCompression().Use(next => context =>
    {
        context.Response.OnStarting(static state =>
        {
            var response = (HttpResponse)state;
            if (response.Headers.ContentEncoding.Count > 0 && response.GetTypedHeaders().ETag is { IsWeak: false } tag)
            {
                response.GetTypedHeaders().ETag = new EntityTagHeaderValue(tag.Tag, isWeak: true);
            }

            return Task.CompletedTask;
        }, context.Response);
        return next(context);
    });
}
