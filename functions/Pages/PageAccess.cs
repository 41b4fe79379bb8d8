using System.Globalization;
using FunctionsEval.Http;

namespace FunctionsEval.Pages;

/// <summary>
/// Who may see the pages. Without a key that is whoever sits at this machine, which the server checks; with one it is who signed in: a cookie that no
/// script reads and no other site sends. In the function app nobody may, until the app has a key.
/// </summary>
internal static class PageAccess
{
    public const string Root = "/api/pages";
    public const string SignInPath = $"{Root}/signin";
    public const string SignOutPath = $"{Root}/signout";

    private const string Cookie = "functionseval";
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static readonly TimeSpan SignedInFor = TimeSpan.FromDays(7);

    /// <summary>What the pages look like is no secret.</summary>
    public static bool IsAsset(PathString path) => path.StartsWithSegments($"{Root}/assets", StringComparison.OrdinalIgnoreCase);

    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        if (IsAsset(request.Path))
        {
            return next(context);
        }

        context.Response.Headers.CacheControl = "no-store";
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (!isRead && !IsOwnForm(request))
        {
            return TypedResults.Problem("A form is taken only from a page of this server, as its browser says by Origin or Sec-Fetch-Site.", statusCode: 403).ExecuteAsync(context);
        }

        if (request.Path == SignInPath || context.Features.Get<Caller>() is { IsKnown: true } || IsSignedIn(context))
        {
            return next(context);
        }

        return isRead
            ? TypedResults.Redirect($"{SignInPath}?return={Uri.EscapeDataString(request.Path + request.QueryString)}").ExecuteAsync(context)
            : TypedResults.Problem("Sign in first.", statusCode: 401).ExecuteAsync(context);
    }

    /// <summary>Null when the server has no key.</summary>
    public static ServerKey? KeyOf(HttpContext context) => context.RequestServices.GetRequiredService<Settings>().ApiKey is { } key ? new ServerKey(key) : null;

    public static void SignIn(HttpContext context, ServerKey key)
    {
        var until = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() + SignedInFor;
        var text = until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        context.Response.Cookies.Append(Cookie, $"{text}.{key.Sign(text)}", Options(context.Request, until));
    }

    public static void SignOut(HttpContext context) => context.Response.Cookies.Delete(Cookie, Options(context.Request, expires: null));

    public static bool IsSignedIn(HttpContext context) =>
        KeyOf(context) is { } key
        && context.Request.Cookies[Cookie]?.Split('.') is [var until, var signature]
        && long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds > context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds()
        && key.Signed(until, signature);

    // Browsers send Sec-Fetch-Site to hosts that they trust (https, this machine), and Origin with every form.
    private static bool IsOwnForm(HttpRequest request) => request.Headers["Sec-Fetch-Site"] is [var site]
        ? site == "same-origin"
        : request.Headers.Origin is [var origin] && OtherSites.IsOwn(origin, request);

    private static CookieOptions Options(HttpRequest request, DateTimeOffset? expires) => new()
    {
        Path = Root,
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps || request.Headers["X-Forwarded-Proto"] == "https",
        Expires = expires,
        IsEssential = true,
    };
}
