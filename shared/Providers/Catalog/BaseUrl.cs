namespace FunctionsEval.Providers.Catalog;

/// <summary>
/// A base URL as people write it, brought to the form that is called: with or without the version, with the path of a whole call behind it,
/// or the address of an Azure resource or deployment.
/// </summary>
/// <param name="Address">Absolute, without a slash at its end, query or fragment.</param>
/// <param name="IsByDeployment">Azure OpenAI's API by deployment, with <paramref name="Address"/> the resource; false for its v1 API.</param>
/// <param name="ApiVersion">Of the API by deployment, when the URL names one.</param>
internal sealed record BaseUrl(Uri Address, bool IsByDeployment = false, string? ApiVersion = null)
{
    private const string AzureV1 = "/openai/v1";
    private const string Deployments = "/openai/deployments";

    // Azure's new resources hold models of many vendors, which only the v1 API reaches.
    private const string FoundryHost = ".services.ai.azure.com";

    /// <summary>Null when it is no http or https URL, or has a user name in it: those belong into the variable of the key.</summary>
    public static BaseUrl? Read(Vendor vendor, string text, string? apiVersion = null)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            return null;
        }

        var path = WithoutCall(vendor.Wire, url.AbsolutePath.TrimEnd('/'));
        if (vendor.Name == Vendor.AzureName)
        {
            return ReadAzure(url, path, QueryValue(url, "api-version") ?? apiVersion);
        }

        // A path that somebody wrote is taken as it is: gateways have their own, with the version anywhere or nowhere.
        var isWhole = path.Length < url.AbsolutePath.TrimEnd('/').Length;
        return new BaseUrl(WithPath(url, path.Length == 0 && !isWhole ? Version(vendor.Wire) : path));
    }

    private static BaseUrl ReadAzure(Uri url, string path, string? apiVersion)
    {
        var deployments = path.IndexOf(Deployments, StringComparison.OrdinalIgnoreCase);
        if (deployments >= 0)
        {
            return new BaseUrl(WithPath(url, path[..deployments]), IsByDeployment: true, apiVersion);
        }

        var root = path.EndsWith("/openai", StringComparison.OrdinalIgnoreCase) ? path[..^"/openai".Length] : path;
        var isResource = root.Length == 0;
        return isResource && !url.Host.EndsWith(FoundryHost, StringComparison.OrdinalIgnoreCase)
            ? new BaseUrl(WithPath(url, root), IsByDeployment: true, apiVersion)
            : new BaseUrl(WithPath(url, isResource ? AzureV1 : path));
    }

    private static string WithoutCall(WireKind wire, string path)
    {
        string[] calls = wire switch
        {
            WireKind.Anthropic => ["/messages"],
            WireKind.Gemini => ["/models"],
            _ => ["/chat/completions", "/responses"],
        };
        if (wire == WireKind.Gemini && path.EndsWith(":generateContent", StringComparison.OrdinalIgnoreCase))
        {
            path = path[..path.LastIndexOf('/')];
        }

        var call = calls.FirstOrDefault(call => path.EndsWith(call, StringComparison.OrdinalIgnoreCase));
        return call is null ? path : path[..^call.Length];
    }

    private static string Version(WireKind wire) => wire == WireKind.Gemini ? "/v1beta" : "/v1";

    private static Uri WithPath(Uri url, string path) => new($"{url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}{path}");

    private static string? QueryValue(Uri url, string name)
    {
        foreach (var pair in url.Query.TrimStart('?').Split('&'))
        {
            if (pair.StartsWith($"{name}=", StringComparison.OrdinalIgnoreCase))
            {
                return Uri.UnescapeDataString(pair[(name.Length + 1)..]);
            }
        }

        return null;
    }
}
