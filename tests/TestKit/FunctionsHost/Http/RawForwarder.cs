using FunctionsEval.TestKit.FunctionsHost.Handler;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace FunctionsEval.TestKit.FunctionsHost.Http;

/// <summary>
/// Forwards a request as it is: path with prefix, headers with the public Host. When merely forwarding (not proxying), a repeated query key is joined
/// by commas, and a body without Content-Length is lost, as with the real host.
/// </summary>
internal sealed class RawForwarder(HandlerChannel channel, HandlerConnection connection, bool isProxying)
{
    public async Task ForwardAsync(HttpContext context)
    {
        var process = await channel.ReadyAsync(context.RequestAborted);
        using var request = Request(context.Request, process.Address);
        try
        {
            using var answer = await connection.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
            {
                context.Response.Headers[name] = values.ToArray();
            }

            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (HttpRequestException)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private HttpRequestMessage Request(HttpRequest from, Uri handler)
    {
        var query = isProxying
            ? from.QueryString.ToString()
            : QueryString.Create(from.Query.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value.ToString()))).ToString();
        var request = new HttpRequestMessage(new HttpMethod(from.Method), new UriBuilder(handler) { Path = new Uri(from.GetEncodedUrl()).AbsolutePath, Query = query }.Uri);
        HandlerConnection.AddHostHeaders(request, Guid.NewGuid());
        if (from.ContentLength > 0 || (isProxying && from.ContentLength is null && from.Headers.TransferEncoding.Count > 0))
        {
            request.Content = new StreamContent(from.Body);
        }

        foreach (var (name, values) in from.Headers.Where(header => header.Key is not "Transfer-Encoding" and not "User-Agent"))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        return request;
    }
}
