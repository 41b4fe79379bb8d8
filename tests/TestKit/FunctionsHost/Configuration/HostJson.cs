using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Configuration;

/// <summary>What the double takes from host.json, with the defaults of the Functions host.</summary>
internal sealed class HostJson
{
    private const string OverridePrefix = "AzureFunctionsJobHost__";

    private readonly JObject _json;

    private HostJson(JObject json)
    {
        _json = json;
        Executable = Value<string>("customHandler.description.defaultExecutablePath", null)
            ?? throw new HostConfigurationException("host.json: customHandler.description.defaultExecutablePath is missing.");
        Arguments = json.SelectToken("customHandler.description.arguments") is JArray arguments ? [.. arguments.Select(argument => (string)argument!)] : [];
        WorkingDirectory = Value<string>("customHandler.description.workingDirectory", null);
        IsForwarding = Value("customHandler.enableForwardingHttpRequest", false);
        IsProxying = Value("customHandler.enableProxyingHttpRequest", false);
        InitializationTimeout = Span("customHandler.initializationTimeout", TimeSpan.FromSeconds(30));
        FunctionTimeout = Span("functionTimeout", TimeSpan.FromMinutes(30));
        RoutePrefix = Value("extensions.http.routePrefix", "api")!.Trim('/');
        Retry = RetryRule.Read(json["retry"]);
        Queues = new QueueSettings(
            Value("extensions.queues.batchSize", 16),
            Value("extensions.queues.newBatchThreshold", Value("extensions.queues.batchSize", 16) / 2),
            Value("extensions.queues.maxDequeueCount", 5),
            Span("extensions.queues.visibilityTimeout", TimeSpan.Zero),
            Span("extensions.queues.maxPollingInterval", TimeSpan.FromMinutes(1)),
            Value("extensions.queues.messageEncoding", "base64") == "base64");
        Durable = new DurableSettings(
            Value("extensions.durableTask.hubName", "TestHubName")!,
            Value("extensions.durableTask.maxConcurrentActivityFunctions", 10 * Environment.ProcessorCount),
            Value("extensions.durableTask.maxConcurrentOrchestratorFunctions", 10 * Environment.ProcessorCount),
            Value("extensions.durableTask.storeInputsInOrchestrationHistory", false));
        if (Value("extensions.durableTask.extendedSessionsEnabled", false))
        {
            throw new HostConfigurationException("host.json: extended sessions are not played by the double, and should be off for a custom handler.");
        }
    }

    public string Executable { get; }

    public IReadOnlyList<string> Arguments { get; }

    public string? WorkingDirectory { get; }

    public bool IsForwarding { get; }

    public bool IsProxying { get; }

    public TimeSpan InitializationTimeout { get; }

    public TimeSpan FunctionTimeout { get; }

    public string RoutePrefix { get; }

    public RetryRule? Retry { get; }

    public QueueSettings Queues { get; }

    public DurableSettings Durable { get; }

    /// <param name="settings">AzureFunctionsJobHost__a__b overrides a.b of the file, as with the real host.</param>
    public static HostJson Read(string scriptRoot, IReadOnlyDictionary<string, string> settings)
    {
        var path = Path.Combine(scriptRoot, "host.json");
        try
        {
            var json = JObject.Parse(File.ReadAllText(path));
            foreach (var (name, value) in settings.Where(setting => setting.Key.StartsWith(OverridePrefix, StringComparison.Ordinal)))
            {
                Override(json, name[OverridePrefix.Length..].Split("__"), value);
            }

            return new HostJson(json);
        }
        catch (FileNotFoundException)
        {
            throw new HostConfigurationException($"There is no {path}.");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new HostConfigurationException($"host.json: {e.Message}");
        }
    }

    private static void Override(JObject json, string[] names, string value)
    {
        foreach (var name in names[..^1])
        {
            json = (JObject)(json[name] ??= new JObject());
        }

        json[names[^1]] = value;
    }

    private T? Value<T>(string path, T? missing) => _json.SelectToken(path) is { Type: not JTokenType.Null } value ? value.Value<T>() : missing;

    // -1 is the host's word for "no limit"; a day is none for a test.
    private TimeSpan Span(string path, TimeSpan missing) => Value<string>(path, null) switch
    {
        null => missing,
        "-1" => TimeSpan.FromDays(1),
        var text => TimeSpan.Parse(text, CultureInfo.InvariantCulture),
    };
}

/// <summary><c>extensions.queues</c></summary>
internal sealed record QueueSettings(
    int BatchSize, int NewBatchThreshold, int MaxDequeueCount, TimeSpan VisibilityTimeout, TimeSpan MaxPollingInterval, bool IsBase64);

/// <summary><c>extensions.durableTask</c></summary>
internal sealed record DurableSettings(string HubName, int MaxActivities, int MaxOrchestrators, bool StoresInputs);
