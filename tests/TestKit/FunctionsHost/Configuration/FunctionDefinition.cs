using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Configuration;

/// <summary>A folder with a function.json: the folder's name is the function's name and the path of its wrapped calls.</summary>
public sealed partial class FunctionDefinition
{
    private FunctionDefinition(string name, JObject json)
    {
        Name = name;
        Bindings = json["bindings"] is JArray { Count: > 0 } bindings
            ? [.. bindings.Cast<JObject>().Select(binding => new FunctionBinding(binding))]
            : throw new HostConfigurationException($"{name}/function.json: bindings must not be empty.");
        Trigger = Bindings.SingleOrDefault(binding => binding.IsTrigger)
            ?? throw new HostConfigurationException($"{name}/function.json: exactly one trigger is needed.");
        IsDisabled = (bool?)json["disabled"] ?? false;
        Retry = RetryRule.Read(json["retry"]);
        if (!ValidName().IsMatch(name) || name.Equals("host", StringComparison.OrdinalIgnoreCase))
        {
            throw new HostConfigurationException($"'{name}' is not a function name.");
        }

        if (Bindings.FirstOrDefault(binding => !ValidBinding().IsMatch(binding.Name)) is { } odd)
        {
            throw new HostConfigurationException($"{name}/function.json: '{odd.Name}' is not a binding name.");
        }

        var route = (Trigger.Text("route") ?? "").Trim('/');
        if (IsHttp && (route.StartsWith("admin", StringComparison.OrdinalIgnoreCase) || route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase)))
        {
            throw new HostConfigurationException($"{name}/function.json: The specified route conflicts with one or more built in routes.");
        }
    }

    public string Name { get; }

    public IReadOnlyList<FunctionBinding> Bindings { get; }

    public FunctionBinding Trigger { get; }

    public bool IsDisabled { get; }

    internal RetryRule? Retry { get; }

    public bool IsHttp => Trigger.IsOfType("httpTrigger");

    /// <summary>Exactly one input, the HTTP trigger, and one output, http: only such a function may be called raw.</summary>
    public bool IsHttpInAndOut =>
        IsHttp && Bindings.Count(binding => binding.IsInput) == 1 &&
        Bindings.Where(binding => !binding.IsInput).ToList() is [var only] && only.IsOfType("http");

    /// <summary>The name that orchestrations use, when function.json gives another one than the folder.</summary>
    public string TaskName => Trigger.Text("orchestration") ?? Trigger.Text("activity") ?? Name;

    /// <summary>Only the first level of folders is looked at.</summary>
    public static IReadOnlyList<FunctionDefinition> ReadAll(string scriptRoot) =>
        [.. Directory.EnumerateDirectories(scriptRoot)
            .Where(folder => File.Exists(Path.Combine(folder, "function.json")))
            .Order(StringComparer.Ordinal)
            .Select(Read)];

    private static FunctionDefinition Read(string folder)
    {
        var name = Path.GetFileName(folder);
        try
        {
            return new FunctionDefinition(name, JObject.Parse(File.ReadAllText(Path.Combine(folder, "function.json"))));
        }
        catch (JsonException e)
        {
            throw new HostConfigurationException($"{name}/function.json: {e.Message}");
        }
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_\-]{0,127}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ValidName();

    [GeneratedRegex(@"^([a-zA-Z][a-zA-Z0-9]{0,127}|\$return)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValidBinding();
}
