using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Limits;

namespace FunctionsEval.Providers.Catalog;

/// <summary>What the program knows about its providers. A class, not a record: its text must not show keys.</summary>
public sealed class ProviderSettings
{
    /// <summary>Keys and base URLs by the names of their environment variables (<see cref="Vendor"/>); blank ones are left out.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>From the command line: goes before the variables, for vendors that speak OpenAI's format; the others' keys never go there.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>A token for Azure OpenAI where there is no key.</summary>
    public Func<CancellationToken, ValueTask<string>>? AzureToken { get; init; }

    /// <summary>For one HTTP attempt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The most calls under way for one model, reached step by step while its vendor keeps up.</summary>
    public int MaxConcurrency { get; init; } = 256;

    /// <summary>Calls under way for one model as the user asked for it: so many from the first moment on, and never more. Null leaves it to the gate.</summary>
    public int? Concurrency { get; init; }

    public ModelCallerOptions Calls { get; init; } = new();

    public LimitTable Limits { get; init; } = LimitTable.None;

    /// <param name="read">Reads an environment variable; blank is as good as not set.</param>
    public static IReadOnlyDictionary<string, string> ReadVariables(Func<string, string?> read)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Vendor.All.SelectMany(vendor => new[] { vendor.KeyVariable, vendor.BaseUrlVariable })
            .Append(Vendor.AzureApiVersionVariable).Distinct(StringComparer.Ordinal))
        {
            if (read(name) is { } value && !string.IsNullOrWhiteSpace(value))
            {
                variables.Add(name, value.Trim());
            }
        }

        return variables;
    }

    internal int MostConcurrent => Concurrency ?? MaxConcurrency;

    internal string? Variable(string name) => Variables.GetValueOrDefault(name);
}
