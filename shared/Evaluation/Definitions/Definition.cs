using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>What to evaluate: scenarios x models (or variants) x samples, and how to score the answers. Immutable; its <c>DefinitionId</c> is derived from its content.</summary>
public sealed record Definition(
    string Name,
    string Preamble,
    IReadOnlyList<Scenario> Scenarios,
    IReadOnlyList<string> Models,
    int SamplesPerScenario = 1,
    int SamplePercentage = 100,
    long? SampleSeed = null,
    IReadOnlyList<ScorerSpec>? Scorers = null,
    ProbeConfig? Config = null,
    IReadOnlyList<Variant>? Variants = null,
    Budget? Budget = null,
    CompareSpec? Compare = null,
    StoppingSpec? Stopping = null,
    AllocationSpec? Allocation = null)
{
    public IReadOnlyList<ScorerSpec> Scorers { get; init; } = Scorers ?? [];

    public ProbeConfig Config { get; init; } = Config ?? new ProbeConfig();

    /// <summary>Empty where the definition lists only models; never together with them.</summary>
    public IReadOnlyList<Variant> Variants { get; init; } = Variants ?? [];

    /// <summary>What a run of it compares, in order.</summary>
    public IReadOnlyList<Variant> AllVariants() => Variants.Count > 0 ? Variants : [.. Models.Select(Variant.Of)];
}

/// <param name="MaxUsd">What the calls of a run may cost.</param>
/// <param name="AllowUnknownPrice">Calls of models without a price are made and not counted.</param>
public sealed record Budget(double MaxUsd, bool AllowUnknownPrice = false);

/// <param name="Expected">What exact, contains and choice scorers compare with when they have no value of their own.</param>
/// <param name="Cluster">Scenarios of one cluster are not independent of each other.</param>
/// <param name="Accepted">Texts that will do as well as <paramref name="Expected"/>.</param>
public sealed record Scenario(
    string Id, string Name, string Prompt, IReadOnlyList<FollowUp>? FollowUps = null, string? Expected = null, string? Cluster = null,
    IReadOnlyList<string>? Accepted = null)
{
    [JsonPropertyName("followups")]
    public IReadOnlyList<FollowUp> FollowUps { get; init; } = FollowUps ?? [];

    /// <summary>What scorers compare with; empty where nothing is expected.</summary>
    public IReadOnlyList<string> AllExpected() => Expected is null ? [] : [Expected, .. Accepted ?? []];
}

public sealed record FollowUp(string Label, string Prompt);

/// <param name="Temperature">Null leaves the vendor's default.</param>
public sealed record ProbeConfig(double? Temperature = 0.7, int? MaxTokens = 1024, int MaxTurns = 10);
