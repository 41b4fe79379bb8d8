namespace FunctionsEval.Providers;

/// <summary>Finds the provider in a model's name: an explicit prefix wins, then the known beginnings of vendors' model ids.</summary>
internal static class ProviderNames
{
    public const string OpenAI = "openai";
    public const string Compatible = "openai-compatible";

    public static readonly IReadOnlyList<string> Supported = [OpenAI, Compatible];

    /// <summary>Vendors that are known by name, so that a clear sentence can be said about them.</summary>
    public static readonly IReadOnlyList<string> Known = [OpenAI, Compatible, "azure-openai", "anthropic", "google", "xai", "deepseek", "mistral"];

    private static readonly (string Prefix, string Provider)[] ModelPrefixes =
    [
        ("gpt-", OpenAI), ("chatgpt-", OpenAI), ("text-", OpenAI), ("ft:gpt-", OpenAI), ("ft:o", OpenAI),
        ("claude", "anthropic"), ("gemini", "google"), ("grok", "xai"), ("deepseek", "deepseek"),
        ("mistral", "mistral"), ("ministral", "mistral"), ("codestral", "mistral"), ("magistral", "mistral"),
    ];

    private static readonly string[] ReasoningModels = ["o1", "o3", "o4"];

    /// <summary>Provider and model id; the provider is null when nothing tells it.</summary>
    public static (string? Provider, string Model) Split(string model)
    {
        var colon = model.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && Known.FirstOrDefault(name => model.AsSpan(0, colon).Equals(name, StringComparison.OrdinalIgnoreCase)) is { } provider)
        {
            return (provider, model[(colon + 1)..]);
        }

        foreach (var (prefix, vendor) in ModelPrefixes)
        {
            if (model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return (vendor, model);
            }
        }

        // "o1" and "o1-mini", but not "o100" or "o1lama".
        var isReasoning = ReasoningModels.Any(name =>
            model.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (model.Length == name.Length || model[name.Length] == '-'));
        return (isReasoning ? OpenAI : null, model);
    }
}
