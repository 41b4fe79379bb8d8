namespace FunctionsEval.Http;

/// <summary>
/// A server without a key serves whoever sits at this machine, and so any page in that person's browser could start paid calls. A
/// browser says where a request comes from (Fetch Standard, <c>Origin</c>; Fetch Metadata, <c>Sec-Fetch-Site</c>), and no page can forge that.
/// </summary>
internal static class OtherSites
{
    /// <summary>Why the request is refused; null when it comes from a page of this server, or from no page at all.</summary>
    public static string? ReasonToRefuse(HttpRequest request)
    {
        foreach (var origin in request.Headers.Origin)
        {
            if (!IsOwn(origin, request))
            {
                return $"Origin '{Excerpt.Of(origin ?? "")}' is not this server, {request.Scheme}://{request.Host}: without FUNCTIONSEVAL_API_KEY only its own pages are served.";
            }
        }

        foreach (var site in request.Headers["Sec-Fetch-Site"])
        {
            // Another port of this machine is the same site; it may read nothing either, but is told so by the browser.
            var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
            if (site is not ("same-origin" or "none") && !(site is "same-site" && isRead))
            {
                return $"Sec-Fetch-Site '{Excerpt.Of(site ?? "")}' says that another site sends this: without FUNCTIONSEVAL_API_KEY only the server's own pages are served.";
            }
        }

        return null;
    }

    /// <summary>Whether a page of this server sends the request, as the address says that the browser asked for.</summary>
    public static bool IsOwn(string? origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var from)
        && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own)
        && from.Scheme == own.Scheme && from.Authority == own.Authority;
}
