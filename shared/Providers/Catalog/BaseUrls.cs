namespace FunctionsEval.Providers.Catalog;

/// <summary>The base URLs of a command line: one for all vendors that speak OpenAI's format, and others for vendors by name.</summary>
public sealed class BaseUrls
{
    private readonly Dictionary<string, string> _byVendor = new(StringComparer.OrdinalIgnoreCase);
    private readonly string? _url;

    /// <param name="text">URL and PROVIDER=URL, with spaces between them, as <see cref="Problem"/> accepts them; null has none.</param>
    public BaseUrls(string? text)
    {
        foreach (var part in Parts(text))
        {
            if (Split(part) is var (vendor, url) && vendor is not null)
            {
                _byVendor[vendor] = url;
            }
            else
            {
                _url = part;
            }
        }
    }

    /// <summary>Null leaves the vendor's own, or that of the environment.</summary>
    public string? Of(Vendor vendor) => _byVendor.TryGetValue(vendor.Name, out var own) ? own
        // Other vendors' keys are not for a server that speaks OpenAI's format.
        : vendor.Wire == WireKind.OpenAI ? _url : null;

    /// <summary>What is wrong with such a text; null when nothing is.</summary>
    public static string? Problem(string text)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in Parts(text))
        {
            var (vendor, url) = Split(part);
            if (vendor is not null && Vendor.All.All(known => !known.Name.Equals(vendor, StringComparison.OrdinalIgnoreCase)))
            {
                return $"must name a provider before '=', one of {Vendor.Names}, but names '{vendor}'";
            }

            if (!(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            {
                return $"must be an absolute http or https URL, or PROVIDER=URL, but is '{SafeMessage.WithoutCredentials(part)}'";
            }

            if (!seen.Add(vendor ?? ""))
            {
                return vendor is null ? "must be given once without a provider" : $"must be given once for {vendor}";
            }
        }

        return null;
    }

    private static string[] Parts(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    // An equals sign behind a scheme belongs to the URL.
    private static (string? Vendor, string Url) Split(string part) =>
        part.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && !part[..equals].Contains(':', StringComparison.Ordinal) ? (part[..equals], part[(equals + 1)..]) : (null, part);
}
