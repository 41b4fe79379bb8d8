namespace FunctionsEval.Providers.OpenAI;

/// <summary>Where an OpenAI-format server is and how to talk to it. A class, not a record: its text must not show the key.</summary>
public sealed class OpenAIProviderOptions
{
    public required Uri Endpoint { get; init; }

    /// <summary>Null sends no Authorization header.</summary>
    public string? ApiKey { get; init; }

    /// <summary>For one attempt, the body included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    public int MaxConnections { get; init; } = 1024;

    /// <summary>A longer response body is not read.</summary>
    public int MaxResponseBytes { get; init; } = 32 * 1024 * 1024;
}
