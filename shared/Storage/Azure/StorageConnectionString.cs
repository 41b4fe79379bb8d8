namespace FunctionsEval.Storage.Azure;

/// <summary>The parts of an Azure Storage connection string that tables and queues need. Messages never repeat it: one part is the key.</summary>
internal sealed class StorageConnectionString
{
    private const string DevelopmentAccount = "devstoreaccount1";

    // Public and the same on every machine: the emulator's documented key.
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private StorageConnectionString(string accountName, byte[] accountKey, Uri tableEndpoint, Uri queueEndpoint)
    {
        AccountName = accountName;
        AccountKey = accountKey;
        TableEndpoint = tableEndpoint;
        QueueEndpoint = queueEndpoint;
    }

    public string AccountName { get; }

    public byte[] AccountKey { get; }

    public Uri TableEndpoint { get; }

    public Uri QueueEndpoint { get; }

    /// <exception cref="FormatException">Names the part that is missing or wrong.</exception>
    public static StorageConnectionString Parse(string text)
    {
        var parts = Split(text);
        if (bool.TryParse(parts.GetValueOrDefault("UseDevelopmentStorage"), out var isDevelopment) && isDevelopment)
        {
            var host = parts.GetValueOrDefault("DevelopmentStorageProxyUri", "http://127.0.0.1").TrimEnd('/');
            parts.TryAdd("AccountName", DevelopmentAccount);
            parts.TryAdd("AccountKey", DevelopmentKey);
            parts.TryAdd("TableEndpoint", $"{host}:10002/{DevelopmentAccount}");
            parts.TryAdd("QueueEndpoint", $"{host}:10001/{DevelopmentAccount}");
        }

        var account = Required(parts, "AccountName");
        return new StorageConnectionString(account, Key(parts), Endpoint(parts, account, "Table"), Endpoint(parts, account, "Queue"));
    }

    private static Dictionary<string, string> Split(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new FormatException("The storage connection string is not a list of name=value parts separated by ';'.");
            }

            parts[part[..at]] = part[(at + 1)..];
        }

        return parts;
    }

    private static byte[] Key(Dictionary<string, string> parts)
    {
        try
        {
            return Convert.FromBase64String(Required(parts, "AccountKey"));
        }
        catch (FormatException e) when (parts.ContainsKey("AccountKey"))
        {
            throw new FormatException("AccountKey in the storage connection string is not base64: copy it again.", e);
        }
    }

    private static Uri Endpoint(Dictionary<string, string> parts, string account, string service)
    {
        var scheme = parts.GetValueOrDefault("DefaultEndpointsProtocol", "https");
        var suffix = parts.GetValueOrDefault("EndpointSuffix", "core.windows.net");
        var text = parts.GetValueOrDefault($"{service}Endpoint") ?? $"{scheme}://{account}.{service.ToLowerInvariant()}.{suffix}";
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? uri
            : throw new FormatException($"{service}Endpoint '{text}' in the storage connection string is not an http or https address.");
    }

    private static string Required(Dictionary<string, string> parts, string name) =>
        parts.GetValueOrDefault(name) is { Length: > 0 } value
            ? value
            : throw new FormatException(
                $"The storage connection string has no {name}: give AccountName and AccountKey, or UseDevelopmentStorage=true " +
                "(a shared access signature is not supported).");
}
