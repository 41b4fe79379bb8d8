using System.Globalization;
using FunctionsEval.Agents;
using FunctionsEval.Digests;
using FunctionsEval.Health;
using FunctionsEval.Models;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Runs;
using FunctionsEval.Storage;
using FunctionsEval.Telemetry;

namespace FunctionsEval.Configuration;

/// <summary>Everything that comes from outside: environment variables and command-line rights. Nothing else reads the environment.</summary>
internal sealed class Settings(Func<string, string?> environment, string dataFolder, string? baseUrl = null, int? concurrency = null)
{
    public const string DefaultDataFolder = ".functionseval";

    /// <summary>The most calls in flight per model where nobody asks for another number.</summary>
    public const int DefaultConcurrency = 256;

    // Azure OpenAI without a key: the identity that the app runs as.
    private readonly Func<CancellationToken, ValueTask<string>>? _azureToken =
        AzureOpenAIToken.Of(environment("AZURE_OPENAI_ENDPOINT"), environment("AZURE_CLIENT_ID"));

    public StorageSettings Storage { get; } = new(
        dataFolder,
        environment("AzureWebJobsStorage"),
        environment("AzureWebJobsStorage__accountName"),
        environment("AzureWebJobsStorage__credential"),
        environment("AzureWebJobsStorage__clientId"),
        environment("AzureWebJobsStorage__tableServiceUri"),
        environment("AzureWebJobsStorage__queueServiceUri"));

    /// <summary>Where OpenAI-format providers are called, when the command line says so.</summary>
    public string? BaseUrl => baseUrl;

    /// <summary>A file whose prices go before those that come with the program.</summary>
    public string? PriceTable { get; } = environment("FUNCTIONSEVAL_PRICES");

    /// <summary>The key of a stand-alone server.</summary>
    public string? ApiKey { get; } = environment("FUNCTIONSEVAL_API_KEY") is { Length: > 0 } key ? key : null;

    /// <summary>Whether a server takes A/B tests.</summary>
    public AbTestFeature AbTests { get; } = AbTestFeature.FromEnvironment(environment(AbTestFeature.Variable));

    public DigestModel DigestModel { get; } = new(environment(DigestModel.Variable) is { Length: > 0 } model ? model : null);

    public CreditLimits CreditLimits { get; } = new(Number(environment, "MONTHLY_CREDITS") ?? 10_000, Number(environment, "DAILY_THROTTLE_CREDITS"));

    public CreditRates CreditRates { get; } = new(
        Number(environment, "TRIAGE_CREDITS_PER_1K_INPUT_TOKENS") ?? 0, Number(environment, "TRIAGE_CREDITS_PER_1K_OUTPUT_TOKENS") ?? 0);

    public AgentThresholds Agents { get; } = AgentThresholds.Parse(environment(AgentThresholds.Variable));

    /// <summary>Where traces, metrics and logs are sent.</summary>
    public TelemetrySettings Telemetry { get; } = TelemetrySettings.FromEnvironment(environment);

    /// <summary>The variables that hold provider keys, and which are set.</summary>
    public ProviderKeys Keys { get; } = new(Vendor.All.Select(vendor => vendor.KeyVariable)
        .ToDictionary(name => name, name => !string.IsNullOrWhiteSpace(environment(name)), StringComparer.Ordinal));

    /// <param name="runBaseUrl">The base URL that a run was started with.</param>
    public ProviderSettings Providers(string? runBaseUrl) => new()
    {
        Variables = ProviderSettings.ReadVariables(environment),
        BaseUrl = runBaseUrl ?? baseUrl,
        AzureToken = _azureToken,
        Limits = LimitTable.Parse(environment(LimitTable.Variable)),
        Concurrency = concurrency,
    };

    private static double? Number(Func<string, string?> environment, string name)
    {
        if (string.IsNullOrWhiteSpace(environment(name)))
        {
            return null;
        }

        return double.TryParse(environment(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0 && double.IsFinite(value)
            ? value
            : throw new FormatException($"{name} must be a number that is not negative, but is '{environment(name)}'.");
    }
}
