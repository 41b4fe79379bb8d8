using System.Globalization;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Definitions;
using FunctionsEval.Digests;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Health;
using FunctionsEval.Models;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Runs.ExternalScoring;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage.Connection;
using FunctionsEval.Telemetry;

namespace FunctionsEval.Configuration;

/// <summary>Everything that comes from outside: options, the environment and the files of <see cref="SettingSources"/>. Nothing else reads the environment.</summary>
internal sealed class Settings
{
    public const string DefaultDataFolder = ".functionseval";

    /// <summary>The most calls in flight per model where nobody asks for another number.</summary>
    public const int DefaultConcurrency = 256;

    /// <summary>The most that anybody may ask for.</summary>
    public const int MostConcurrency = 4096;

    /// <summary>Between models in a variable.</summary>
    public const char ModelSeparator = ',';

    private readonly Func<string, string?> _environment;
    private readonly int? _concurrency;
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    // Azure OpenAI without a key: the identity that the app runs as.
    private readonly Func<CancellationToken, ValueTask<string>>? _azureToken;

    /// <param name="dataFolder">As an option says; null takes what the sources say, or <see cref="DefaultDataFolder"/>.</param>
    /// <param name="baseUrl">As an option says.</param>
    /// <param name="concurrency">As an option says, or as the machine allows.</param>
    /// <exception cref="FormatException">A value is malformed; the message names its variable.</exception>
    public Settings(SettingSources sources, string? dataFolder = null, string? baseUrl = null, int? concurrency = null)
    {
        Sources = sources;
        BaseUrl = baseUrl;
        var environment = _environment = sources.Value;
        _concurrency = concurrency ?? Whole(KnownSetting.Concurrency.Variable, MostConcurrency);
        _azureToken = AzureOpenAIToken.Of(environment("AZURE_OPENAI_ENDPOINT"), environment("AZURE_CLIENT_ID"));
        Storage = new StorageSettings(
            dataFolder ?? environment(KnownSetting.Data.Variable) ?? DefaultDataFolder,
            environment("AzureWebJobsStorage"),
            environment("AzureWebJobsStorage__accountName"),
            environment("AzureWebJobsStorage__credential"),
            environment("AzureWebJobsStorage__clientId"),
            environment("AzureWebJobsStorage__tableServiceUri"),
            environment("AzureWebJobsStorage__queueServiceUri"));
        Prices = environment(KnownSetting.Prices.Variable);
        ApiKey = environment("FUNCTIONSEVAL_API_KEY") is { Length: > 0 } key ? key : null;
        AbTests = AbTestFeature.FromEnvironment(environment(AbTestFeature.Variable));
        DigestModel = new DigestModel(environment(DigestModel.Variable) is { Length: > 0 } model ? model : null);
        CreditLimits = new CreditLimits(Number("MONTHLY_CREDITS") ?? 10_000, Number("DAILY_THROTTLE_CREDITS"));
        CreditRates = new CreditRates(Number("TRIAGE_CREDITS_PER_1K_INPUT_TOKENS") ?? 0, Number("TRIAGE_CREDITS_PER_1K_OUTPUT_TOKENS") ?? 0);
        Agents = AgentThresholds.Parse(environment(AgentThresholds.Variable));
        Telemetry = TelemetrySettings.FromEnvironment(environment);
        Keys = new ProviderKeys(Vendor.All.Select(vendor => vendor.KeyVariable)
            .ToDictionary(name => name, name => !string.IsNullOrWhiteSpace(environment(name)), StringComparer.Ordinal));
        ScorerHosts = ScorerHosts.Parse(environment(ScorerHosts.Variable));
        Defaults = ReadDefaults();
        foreach (var (variable, option) in new[] { (KnownSetting.Data.Variable, dataFolder), (KnownSetting.Concurrency.Variable, concurrency?.ToString(CultureInfo.InvariantCulture)) })
        {
            if (option is not null)
            {
                _options[variable] = option;
            }
        }
    }

    /// <summary>With no other source than the environment.</summary>
    public Settings(Func<string, string?> environment, string? dataFolder = null, string? baseUrl = null, int? concurrency = null)
        : this(new SettingSources(environment), dataFolder, baseUrl, concurrency)
    {
    }

    public SettingSources Sources { get; }

    public StorageSettings Storage { get; }

    /// <summary>Where OpenAI-format providers are called, when the command line says so.</summary>
    public string? BaseUrl { get; }

    /// <summary>Whether an option, or a file that somebody else may have written, says where models are called: people are told where their keys go.</summary>
    public bool MovesProviders => BaseUrl is not null || Vendor.All.Any(vendor => Sources.Find(vendor.BaseUrlVariable).From is ProjectFile.Name or DotEnv.Name);

    /// <summary>Prices that go before those that come with the program, as <see cref="Prices.PriceTableReader.Load"/> takes them.</summary>
    public string? Prices { get; }

    /// <summary>The key of a stand-alone server.</summary>
    public string? ApiKey { get; }

    /// <summary>Whether a server takes A/B tests.</summary>
    public AbTestFeature AbTests { get; }

    public DigestModel DigestModel { get; }

    public CreditLimits CreditLimits { get; }

    public CreditRates CreditRates { get; }

    public AgentThresholds Agents { get; }

    /// <summary>Where traces, metrics and logs are sent.</summary>
    public TelemetrySettings Telemetry { get; }

    /// <summary>The variables that hold provider keys, and which are set.</summary>
    public ProviderKeys Keys { get; }

    /// <summary>Whom scorers of type http may ask.</summary>
    public ScorerHosts ScorerHosts { get; }

    /// <summary>For definitions that do not say it themselves.</summary>
    public DefinitionDefaults Defaults { get; }

    /// <param name="runBaseUrl">The base URL that a run was started with.</param>
    public ProviderSettings Providers(string? runBaseUrl) => new()
    {
        Variables = ProviderSettings.ReadVariables(_environment),
        BaseUrl = runBaseUrl ?? BaseUrl,
        AzureToken = _azureToken,
        Limits = LimitTable.Parse(_environment(LimitTable.Variable)),
        Concurrency = _concurrency,
    };

    /// <summary>Every setting with its value and where that is from; of secrets only whether they are set.</summary>
    public IReadOnlyList<SettingView> Views()
    {
        var baseUrls = new BaseUrls(BaseUrl);
        return [.. KnownSetting.All.Select(setting =>
        {
            var option = _options.GetValueOrDefault(setting.Variable)
                ?? Vendor.All.Where(vendor => vendor.BaseUrlVariable == setting.Variable).Select(baseUrls.Of).FirstOrDefault();
            var (value, from) = Sources.Find(setting.Variable);
            return option is null ? SettingView.Of(setting, value, from) : SettingView.Of(setting, option, setting.Option);
        })];
    }

    /// <summary>What is wrong with a default model; null when nothing is.</summary>
    public static string? ModelError(string model) =>
        model.Contains(ModelSeparator, StringComparison.Ordinal) ? $"must not hold a comma, but is '{Http.Excerpt.Of(model)}'."
        : Vendor.Split(model).Vendor is null ? $"must be provider:model, with one of {Vendor.Names}, but is '{Http.Excerpt.Of(model)}'."
        : null;

    /// <summary>What is wrong with the base URL of a provider; null when nothing is.</summary>
    public static string? BaseUrlError(string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            ? $"must be an absolute http or https URL, but is '{SafeMessage.WithoutCredentials(url)}'."
        : address.UserInfo.Length > 0 ? "must not hold a user name or password: those belong into the variable of the provider's key."
        : null;

    private DefinitionDefaults ReadDefaults()
    {
        var models = (_environment(KnownSetting.Models.Variable) ?? "").Split(ModelSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (models.Select(ModelError).FirstOrDefault(problem => problem is not null) is { } error)
        {
            throw new FormatException($"A model of {KnownSetting.Models.Variable} {error}");
        }

        var budget = Number(KnownSetting.Budget.Variable);
        if (budget is { } maxUsd && DefinitionRules.ValidateBudget(maxUsd) is { } problem)
        {
            throw new FormatException(problem.Replace("budget.maxUsd", KnownSetting.Budget.Variable, StringComparison.Ordinal));
        }

        return new DefinitionDefaults(models, Whole(KnownSetting.Samples.Variable, DefinitionRules.MaxSamples), budget);
    }

    private int? Whole(string name, int max)
    {
        if (string.IsNullOrWhiteSpace(_environment(name)))
        {
            return null;
        }

        return int.TryParse(_environment(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= max
            ? value
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{name} must be a whole number between 1 and {max:N0}, but is '{_environment(name)}'."));
    }

    private double? Number(string name)
    {
        if (string.IsNullOrWhiteSpace(_environment(name)))
        {
            return null;
        }

        return double.TryParse(_environment(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0 && double.IsFinite(value)
            ? value
            : throw new FormatException($"{name} must be a number that is not negative, but is '{_environment(name)}'.");
    }
}
