using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Digests;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Runs.ExternalScoring;
using FunctionsEval.Runs.Orchestration;

namespace FunctionsEval.Configuration;

/// <summary>A setting, and where it can be given.</summary>
/// <param name="Variable">In the environment and in <c>.env</c>.</param>
/// <param name="Key">In <c>functionseval.yaml</c>; null where it cannot stand there.</param>
/// <param name="Option">Of the verbs that take it.</param>
/// <param name="IsSecret">Never shown, and refused in <c>functionseval.yaml</c>, which is shared with a team.</param>
/// <param name="IsPath">In a file it is relative to the file's folder.</param>
/// <param name="Default">What holds where nothing is given.</param>
internal sealed record KnownSetting(
    string Variable, string? Key = null, string? Option = null, bool IsSecret = false, bool IsPath = false, string? Default = null)
{
    public static readonly KnownSetting Data = new("FUNCTIONSEVAL_DATA", "data", "--data", IsPath: true, Default: Settings.DefaultDataFolder);
    public static readonly KnownSetting Samples = new("FUNCTIONSEVAL_SAMPLES", "samplesPerScenario", "--samples", Default: "1");
    public static readonly KnownSetting Models = new("FUNCTIONSEVAL_MODELS", "models", "--model");
    public static readonly KnownSetting Budget = new("FUNCTIONSEVAL_BUDGET_USD", "budget.maxUsd", "--budget");
    public static readonly KnownSetting Concurrency = new("FUNCTIONSEVAL_CONCURRENCY", "concurrency", "--concurrency", Default: "adapts, up to 256");
    public static readonly KnownSetting Prices = new("FUNCTIONSEVAL_PRICES", "prices", IsPath: true);
    public static readonly KnownSetting Limits = new(LimitTable.Variable, "limits");

    /// <summary>In the order in which they are shown.</summary>
    public static IReadOnlyList<KnownSetting> All { get; } =
    [
        Data, Samples, Models, Budget, Concurrency, Prices, Limits,
        .. Vendor.All.Select(vendor => new KnownSetting(vendor.BaseUrlVariable, BaseUrlKey(vendor), "--base-url", Default: vendor.Url)),
        .. Vendor.All.Select(vendor => new KnownSetting(vendor.KeyVariable, IsSecret: true)),
        new(Vendor.AzureApiVersionVariable),
        new("AZURE_CLIENT_ID"),
        new("AzureWebJobsStorage", IsSecret: true),
        new("AzureWebJobsStorage__accountName"),
        new("AzureWebJobsStorage__credential"),
        new("AzureWebJobsStorage__clientId"),
        new("AzureWebJobsStorage__tableServiceUri"),
        new("AzureWebJobsStorage__queueServiceUri"),
        new("FUNCTIONSEVAL_API_KEY", IsSecret: true),
        new(AbTestFeature.Variable),
        new(DigestModel.Variable),
        new("MONTHLY_CREDITS", Default: "10000"),
        new("DAILY_THROTTLE_CREDITS"),
        new("TRIAGE_CREDITS_PER_1K_INPUT_TOKENS"),
        new("TRIAGE_CREDITS_PER_1K_OUTPUT_TOKENS"),
        new(AgentThresholds.Variable),
        new(ScorerHosts.Variable),
        new("OTEL_EXPORTER_OTLP_ENDPOINT"),
        new("APPLICATIONINSIGHTS_CONNECTION_STRING", IsSecret: true),
    ];

    /// <summary>What people call it: its key, or its variable where it has none.</summary>
    public string Name => Key ?? Variable;

    public static string BaseUrlKey(Vendor vendor) => $"baseUrls.{vendor.Name}";
}
