namespace FunctionsEval.Providers;

/// <summary>What the program knows about its providers. A class, not a record: its text must not show keys.</summary>
public sealed class ProviderSettings
{
    public const string OpenAIKeyVariable = "OPENAI_API_KEY";
    public const string OpenAIBaseUrlVariable = "OPENAI_BASE_URL";
    public const string CompatibleKeyVariable = "OPENAI_COMPATIBLE_API_KEY";
    public const string CompatibleBaseUrlVariable = "OPENAI_COMPATIBLE_BASE_URL";

    public string? OpenAIKey { get; init; }

    public string? OpenAIBaseUrl { get; init; }

    public string? CompatibleKey { get; init; }

    public string? CompatibleBaseUrl { get; init; }

    /// <summary>For one HTTP attempt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The most calls under way for one model.</summary>
    public int MaxConcurrency { get; init; } = 256;

    public ModelCallerOptions Calls { get; init; } = new();

    /// <param name="read">Reads an environment variable; blank is as good as not set.</param>
    /// <param name="baseUrl">From the command line: goes before the variables, for both OpenAI-format providers.</param>
    public static ProviderSettings FromEnvironment(Func<string, string?> read, string? baseUrl = null, int maxConcurrency = 256, TimeSpan? timeout = null)
    {
        return new ProviderSettings
        {
            OpenAIKey = Value(OpenAIKeyVariable),
            OpenAIBaseUrl = baseUrl ?? Value(OpenAIBaseUrlVariable),
            CompatibleKey = Value(CompatibleKeyVariable),
            CompatibleBaseUrl = baseUrl ?? Value(CompatibleBaseUrlVariable),
            MaxConcurrency = maxConcurrency,
            Timeout = timeout ?? TimeSpan.FromSeconds(120),
        };

        string? Value(string variable) => read(variable) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
    }
}
