namespace FunctionsEval.Providers;

/// <summary>Which API a vendor speaks.</summary>
public enum WireKind
{
    OpenAI,
    Anthropic,
    Gemini,
}

/// <summary>What a vendor takes of images.</summary>
public enum VendorImages
{
    None,

    /// <summary>Their content, but no URLs.</summary>
    Files,
    FilesAndUrls,
}

/// <summary>A vendor as data: one that speaks a known format needs a line here and no code.</summary>
/// <param name="Name">The prefix of its models.</param>
/// <param name="Url">Null where everybody has a URL of their own.</param>
/// <param name="KeyHeader">Anything but Authorization carries the bare key.</param>
/// <param name="HasResponses">Has OpenAI's Responses API too.</param>
/// <param name="HasSchemas">Can hold a model to a JSON schema.</param>
/// <param name="TelemetryName">The vendor's word in OpenTelemetry's conventions (gen_ai.provider.name) where that is another one.</param>
/// <param name="Images">What it takes of images.</param>
/// <param name="SeedField">What chat completions call the seed here; null where they have none.</param>
public sealed record Vendor(
    string Name,
    WireKind Wire,
    string? Url,
    string KeyVariable,
    string BaseUrlVariable,
    string KeyHeader = ProviderEndpoint.Bearer,
    bool HasResponses = false,
    bool HasSchemas = true,
    string? TelemetryName = null,
    string? SeedField = "seed",
    VendorImages Images = VendorImages.FilesAndUrls)
{
    public const string OpenAIName = "openai";
    public const string AzureName = "azure-openai";
    public const string CompatibleName = "openai-compatible";

    /// <summary>The variable with the version of Azure OpenAI's API by deployment, where the URL does not name one.</summary>
    public const string AzureApiVersionVariable = "AZURE_OPENAI_API_VERSION";

    public static IReadOnlyList<Vendor> All { get; } =
    [
        new(OpenAIName, WireKind.OpenAI, "https://api.openai.com/v1", "OPENAI_API_KEY", "OPENAI_BASE_URL", HasResponses: true),
        new(AzureName, WireKind.OpenAI, null, "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "api-key", HasResponses: true, TelemetryName: "azure.ai.openai"),
        new("anthropic", WireKind.Anthropic, "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "x-api-key"),
        new("google", WireKind.Gemini, "https://generativelanguage.googleapis.com/v1beta", "GOOGLE_API_KEY", "GOOGLE_BASE_URL", "x-goog-api-key", TelemetryName: "gcp.gemini", Images: VendorImages.Files),
        new("xai", WireKind.OpenAI, "https://api.x.ai/v1", "XAI_API_KEY", "XAI_BASE_URL", TelemetryName: "x_ai"),
        new("deepseek", WireKind.OpenAI, "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", "DEEPSEEK_BASE_URL", HasSchemas: false, SeedField: null, Images: VendorImages.None),
        new("mistral", WireKind.OpenAI, "https://api.mistral.ai/v1", "MISTRAL_API_KEY", "MISTRAL_BASE_URL", TelemetryName: "mistral_ai", SeedField: "random_seed"),
        new(CompatibleName, WireKind.OpenAI, null, "OPENAI_COMPATIBLE_API_KEY", "OPENAI_COMPATIBLE_BASE_URL"),
    ];

    /// <summary>Beginnings of model ids that tell the vendor, the first that fits.</summary>
    private static readonly (string Prefix, string Vendor)[] ModelPrefixes =
    [
        ("gpt-", OpenAIName), ("chatgpt-", OpenAIName), ("text-", OpenAIName), ("davinci", OpenAIName), ("codex-", OpenAIName),
        ("ft:gpt-", OpenAIName), ("ft:o", OpenAIName),
        ("claude", "anthropic"), ("gemini", "google"), ("gemma", "google"), ("grok", "xai"), ("deepseek", "deepseek"),
        ("mistral", "mistral"), ("ministral", "mistral"), ("codestral", "mistral"), ("magistral", "mistral"), ("pixtral", "mistral"),
        ("open-mistral", "mistral"), ("open-mixtral", "mistral"), ("devstral", "mistral"),
    ];

    private static readonly string[] ReasoningModels = ["o1", "o3", "o4"];

    // Of vendors that take images; which of the others do is theirs to say.
    private static readonly string[] ModelsWithoutImages = ["gpt-3.5", "davinci", "text-", "o1-mini", "o1-preview", "o3-mini", "codestral", "open-mistral", "open-mixtral"];

    /// <summary>Whether an address is the vendor's own; of vendors whose customers have addresses of their own, every one is.</summary>
    public bool IsAt(Uri address) => Url is null || address.Host.Equals(new Uri(Url).Host, StringComparison.OrdinalIgnoreCase);

    /// <summary>Why a model of this vendor cannot be sent such images; null where nothing is known against it.</summary>
    public string? ImageProblem(string model, bool files, bool urls) =>
        (files || urls) && (Images == VendorImages.None || ModelsWithoutImages.Any(prefix => model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            ? $"'{Name}:{model}' takes no images, but the definition has some"
        : urls && Images == VendorImages.Files ? $"'{Name}:{model}' does not load images by their URLs: give them as files"
        : null;

    public static string Names => string.Join(", ", All.Select(vendor => vendor.Name));

    /// <summary>The vendor and its model id: an explicit prefix wins, then the beginnings of model ids. The vendor is null when nothing tells it.</summary>
    public static (Vendor? Vendor, string Model) Split(string model)
    {
        var colon = model.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && All.FirstOrDefault(vendor => model.AsSpan(0, colon).Equals(vendor.Name, StringComparison.OrdinalIgnoreCase)) is { } named)
        {
            return (named, model[(colon + 1)..]);
        }

        var name = ModelPrefixes.FirstOrDefault(entry => model.StartsWith(entry.Prefix, StringComparison.OrdinalIgnoreCase)).Vendor
            ?? (IsReasoningModel(model) ? OpenAIName : null);
        return (All.FirstOrDefault(vendor => vendor.Name == name), model);
    }

    // "o1" and "o1-mini", but not "o100" or "o1lama".
    private static bool IsReasoningModel(string model) => ReasoningModels.Any(name =>
        model.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (model.Length == name.Length || model[name.Length] == '-'));
}
