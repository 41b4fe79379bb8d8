using System.Globalization;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>The limits of a definition. Each check gives null, or a sentence with field, rule and value; values given beside the
/// definition (command line, API) go through the same checks.</summary>
public static class DefinitionRules
{
    public const int MaxNameLength = 200;
    public const int MaxScenarios = 100_000;
    public const int MaxIdLength = 128;
    public const int MaxTextLength = 100_000;
    public const int MaxScenarioTextLength = 400_000;
    public const int MaxFollowUps = 20;
    public const int MaxVariants = 100;
    public const int MaxModelLength = 200;
    public const int MaxSamples = 100;
    public const int MaxTokensLimit = 1_000_000;
    public const int MaxTurnsLimit = 100;
    public const int MaxScorers = 20;
    public const int MaxTexts = 100;

    /// <summary>Of all variants together, each with its template: a run is one row.</summary>
    public const int MaxTemplatesLength = 400_000;

    public const long MaxCells = 10_000_000;

    /// <summary>What vendors know; which of them a model takes is the vendor's to say.</summary>
    public static readonly IReadOnlyList<string> ReasoningEfforts = ["none", "minimal", "low", "medium", "high", "xhigh"];

    // A row of the store holds 1 MiB, 524,288 UTF-16 units: a scenario is one row, and all the rest of a definition is one.
    internal const int MaxScenarioJsonLength = 500_000;
    internal const int MaxHeaderJsonLength = 400_000;

    public static string? ValidateSamples(long samples) => ValidateRange("samplesPerScenario", samples, 1, MaxSamples);

    public static string? ValidatePercentage(long percentage) => ValidateRange("samplePercentage", percentage, 1, 100);

    public static string? ValidateMaxTokens(long? maxTokens) =>
        maxTokens is { } value ? ValidateRange("config.maxTokens", value, 1, MaxTokensLimit) : null;

    public static string? ValidateMaxTurns(long maxTurns) => ValidateRange("config.maxTurns", maxTurns, 1, MaxTurnsLimit);

    public static string? ValidateTemperature(double? temperature, string field = "config.temperature") =>
        temperature is null or (>= 0 and <= 2) ? null : Wording.Broken(field, "must be between 0 and 2", Wording.Format(temperature.Value));

    public static string? ValidateBudget(double maxUsd) =>
        maxUsd is > 0 and <= 1_000_000 ? null : Wording.Broken("budget.maxUsd", "must be above 0 and at most 1,000,000", Wording.Format(maxUsd));

    public static string? ValidateReasoningEffort(string effort, string field) => ReasoningEfforts.Contains(effort, StringComparer.Ordinal)
        ? null
        : Wording.Broken(field, $"must be one of {string.Join(", ", ReasoningEfforts)}", Wording.Shorten(effort));

    /// <summary>The first complaint about a list of models, if any.</summary>
    public static string? ValidateModels(IReadOnlyList<string> models)
    {
        if (ValidateVariantCount("models", models.Count) is { } count)
        {
            return count;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < models.Count; index++)
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"models[{index}]");
            // Deserializers let null into a list whose type says that it holds none.
            if (models[index] is null)
            {
                return Wording.Broken(field, "must be text", "null");
            }

            if (TextRule.Model.Check(field, models[index]) is { } text)
            {
                return text;
            }

            if (!seen.Add(models[index]))
            {
                return $"{field} repeats the model {Wording.Shorten(models[index])}.";
            }
        }

        return null;
    }

    /// <summary>Whether the run is of a size that can be addressed: items x models x samples.</summary>
    public static string? ValidateCellCount(long items, long models, long samples) =>
        items * models * samples <= MaxCells
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The run must have at most {MaxCells:N0} cells, but {items:N0} scenarios x {models:N0} models x {samples:N0} samples are {items * models * samples:N0}.");

    /// <summary>Whether there is anything to share out: more than the pilot takes, less than every scenario could.</summary>
    public static string? ValidateAllocatedSamples(AllocationSpec allocation, int samplesPerScenario) =>
        allocation.MeanSamples > allocation.PilotSamples && allocation.MeanSamples < samplesPerScenario
            ? null
            : Wording.Broken(
                "allocation.meanSamples",
                $"must be above allocation.pilotSamples ({Wording.Format(allocation.PilotSamples)}) and below samplesPerScenario ({Wording.Format(samplesPerScenario)}), the most that a scenario can get",
                Wording.Format(allocation.MeanSamples));

    public static string? ValidateAllocatedVariants(int variants) => variants > 1
        ? null
        : "allocation needs at least 2 models or variants, for the samples of each are shared out by the pilots of the others, but there is 1.";

    internal static string? ValidateHeaderSize(Definition definition)
    {
        var length = DefinitionJson.Write(definition with { Scenarios = [] }).Length;
        return length <= MaxHeaderJsonLength
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"A definition must be at most {MaxHeaderJsonLength:N0} characters long without its scenarios, but has {length:N0}.");
    }

    internal static string? ValidateVariantCount(string field, int count) =>
        count is >= 1 and <= MaxVariants ? null : $"{field} must list between 1 and {MaxVariants} {field}, but lists {count}.";

    internal static string? ValidateRange(string field, long value, long min, long max) =>
        value >= min && value <= max ? null : Wording.Broken(field, Wording.Between(min, max), Wording.Format(value));
}
