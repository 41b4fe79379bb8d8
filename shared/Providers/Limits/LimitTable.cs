using System.Globalization;

namespace FunctionsEval.Providers.Limits;

/// <summary>Limits by vendor or model, as configured: <c>openai=rpm:500,tpm:200000; openai:gpt-5=rpm:50,concurrency:8</c>.</summary>
public sealed class LimitTable
{
    public const string Variable = "FUNCTIONSEVAL_LIMITS";

    public static readonly LimitTable None = new(new Dictionary<string, ModelLimits>());

    private readonly IReadOnlyDictionary<string, ModelLimits> _limits;

    private LimitTable(IReadOnlyDictionary<string, ModelLimits> limits) => _limits = limits;

    /// <exception cref="FormatException">The message names the entry and the rule.</exception>
    public static LimitTable Parse(string? text)
    {
        var limits = new Dictionary<string, ModelLimits>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new FormatException($"{Variable}: '{entry}' must be PROVIDER=... or PROVIDER:MODEL=...");
            }

            var limit = new ModelLimits();
            foreach (var part in entry[(equals + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                limit = With(limit, part, entry);
            }

            limits[entry[..equals].Trim()] = limit;
        }

        return new LimitTable(limits);
    }

    /// <summary>The model's own entry, else its vendor's.</summary>
    public ModelLimits? Find(string vendor, string model) => _limits.GetValueOrDefault($"{vendor}:{model}") ?? _limits.GetValueOrDefault(vendor);

    private static ModelLimits With(ModelLimits limit, string part, string entry)
    {
        var colon = part.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(part.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1)
        {
            throw new FormatException($"{Variable}: '{part}' of '{entry}' must be rpm:N, tpm:N or concurrency:N with N of at least 1.");
        }

        return part[..colon] switch
        {
            "rpm" => limit with { Rpm = value },
            "tpm" => limit with { Tpm = value },
            "concurrency" => limit with { Concurrency = value },
            var other => throw new FormatException($"{Variable}: '{other}' of '{entry}' must be rpm, tpm or concurrency."),
        };
    }
}

/// <summary>What a model may be asked at most; null is no limit of ours.</summary>
/// <param name="Rpm">Requests a minute, of all processes together.</param>
/// <param name="Tpm">Tokens a minute, of all processes together.</param>
/// <param name="Concurrency">Calls under way, in this process.</param>
public sealed record ModelLimits(int? Rpm = null, int? Tpm = null, int? Concurrency = null);
