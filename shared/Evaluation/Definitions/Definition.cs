using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>What to evaluate: scenarios x prompts x models (or variants) x samples, and how to score the answers. Immutable; its <c>DefinitionId</c> is derived from its content.</summary>
/// <param name="Prompts">Empty where the scenarios bring their own.</param>
/// <param name="Pass">When a cell passes, a <c>PassRule</c> on the weighted mean of its scores; null is when all its scorers pass.</param>
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
    AllocationSpec? Allocation = null,
    IReadOnlyList<PromptTemplate>? Prompts = null,
    string? Pass = null)
{
    public IReadOnlyList<ScorerSpec> Scorers { get; init; } = Scorers ?? [];

    /// <summary>Those that score one answer; the others compare two.</summary>
    public IReadOnlyList<ScorerSpec> CellScorers() => [.. Scorers.Where(scorer => scorer.Type != ScorerSpec.PairwiseType)];

    public IReadOnlyList<ScorerSpec> PairScorers() => [.. Scorers.Where(scorer => scorer.Type == ScorerSpec.PairwiseType)];

    /// <summary>What the images of its scenarios ask of vendors.</summary>
    public ImageUse UseOfImages() => ImageUse.Of(Scenarios.SelectMany(scenario => scenario.AllImages()));

    public ProbeConfig Config { get; init; } = Config ?? new ProbeConfig();

    /// <summary>Empty where the definition lists only models; never together with them.</summary>
    public IReadOnlyList<Variant> Variants { get; init; } = Variants ?? [];

    public IReadOnlyList<PromptTemplate> Prompts { get; init; } = Prompts ?? [];

    /// <summary>What a run of it compares, in order, each with its template: the variants, or prompts x models.</summary>
    public IReadOnlyList<Variant> AllVariants() => Variants.Count > 0
        ? [.. Variants.Select(variant => variant with { Template = TemplateOf(variant) })]
        : Prompts.Count == 0
            ? [.. Models.Select(Variant.Of)]
            : [.. Prompts.SelectMany(_ => Models, (prompt, model) => new Variant(NameOf(prompt, model), model, Prompt: prompt.Name, Template: prompt))];

    private PromptTemplate? TemplateOf(Variant variant) =>
        variant.Prompt is null ? (Prompts.Count > 0 ? Prompts[0] : null) : Prompts.FirstOrDefault(prompt => prompt.Name == variant.Prompt);

    private string NameOf(PromptTemplate prompt, string model) => Prompts.Count == 1 ? model : Models.Count == 1 ? prompt.Name : $"{prompt.Name} {model}";
}

/// <param name="MaxUsd">What the calls of a run may cost.</param>
/// <param name="AllowUnknownPrice">Calls of models without a price are made and not counted.</param>
public sealed record Budget(double MaxUsd, bool AllowUnknownPrice = false);

/// <param name="Expected">What exact, contains and choice scorers compare with when they have no value of their own.</param>
/// <param name="Cluster">Scenarios of one cluster are not independent of each other.</param>
/// <param name="Prompt">Empty where the definition's prompts ask.</param>
/// <param name="Accepted">Texts that will do as well as <paramref name="Expected"/>.</param>
/// <param name="Vars">What templates may use, by name.</param>
/// <param name="Messages">Turns that are shown to the model before the prompt.</param>
/// <param name="Tags">Slices that it belongs to.</param>
/// <param name="Weight">In means over scenarios; null is 1.</param>
/// <param name="Scorers">Instead of the definition's scorers of the same names.</param>
/// <param name="Images">They are shown with the prompt.</param>
public sealed record Scenario(
    string Id, string Name, string Prompt, IReadOnlyList<FollowUp>? FollowUps = null, string? Expected = null, string? Cluster = null,
    IReadOnlyList<string>? Accepted = null, IReadOnlyDictionary<string, JsonElement>? Vars = null, string? System = null,
    IReadOnlyList<ConversationMessage>? Messages = null, IReadOnlyList<string>? Tags = null, double? Weight = null, IReadOnlyList<ScorerSpec>? Scorers = null,
    IReadOnlyList<PromptImage>? Images = null)
{
    [JsonPropertyName("followups")]
    public IReadOnlyList<FollowUp> FollowUps { get; init; } = FollowUps ?? [];

    /// <summary>The scorers of the definition, each replaced by this scenario's own of that name.</summary>
    public IReadOnlyList<ScorerSpec> ScorersOf(IReadOnlyList<ScorerSpec> ofDefinition) =>
        Scorers is null ? ofDefinition : [.. ofDefinition.Select(spec => Scorers.FirstOrDefault(own => own.Name == spec.Name) ?? spec)];

    /// <summary>Of its prompt, of the messages before it and of its follow-ups.</summary>
    public IEnumerable<PromptImage> AllImages() => (Messages ?? []).SelectMany(message => message.Images ?? []).Concat(Images ?? []).Concat(FollowUps.SelectMany(followUp => followUp.Images ?? []));

    /// <summary>What scorers compare with; empty where nothing is expected.</summary>
    public IReadOnlyList<string> AllExpected() => Expected is null ? [] : [Expected, .. Accepted ?? []];
}

/// <param name="Images">They are shown with its prompt.</param>
public sealed record FollowUp(string Label, string Prompt, IReadOnlyList<PromptImage>? Images = null);

/// <param name="Temperature">Null leaves the vendor's default.</param>
/// <param name="TopP">0 to 1.</param>
/// <param name="Stop">Texts at which the model stops.</param>
/// <param name="ResponseFormat"><c>text</c>, <c>json</c>, or the JSON of a format in the vendor's words.</param>
/// <param name="Extra">A JSON object of fields that are passed through to the vendor.</param>
public sealed record ProbeConfig(
    double? Temperature = 0.7, int? MaxTokens = 1024, int MaxTurns = 10, double? TopP = null, long? Seed = null, IReadOnlyList<string>? Stop = null,
    string? ResponseFormat = null, string? Extra = null);
