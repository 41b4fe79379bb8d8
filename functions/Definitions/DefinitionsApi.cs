using System.Diagnostics;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval.Definitions;

internal static class DefinitionsApi
{
    private static readonly BodyTypes Documents = new("JSON or YAML", "application/json or application/yaml", type => BodyTypes.IsJson(type) || IsYaml(type));

    public static void MapDefinitions(this IEndpointRouteBuilder api)
    {
        var definitions = api.MapGroup("/definitions");
        definitions.MapPost("/", Add).WithMetadata(Documents);
        definitions.MapGet("/", List);
        definitions.MapGet("/{definitionId}", Get).WithName("GetDefinition").WithMetadata(Revalidated.Endpoint);
    }

    /// <summary>The body is the definition itself, JSON or (by content type) YAML.</summary>
    internal static async Task<Results<CreatedAtRoute<DefinitionView>, ProblemHttpResult>> Add(
        RawBody body,
        [FromHeader(Name = "Content-Type")] string? contentType,
        DefinitionStore definitions,
        IDatasets datasets,
        ServiceDefaults defaults,
        CancellationToken cancellationToken)
    {
        var utf8 = await body.ReadAsync(cancellationToken);
        switch (await DefinitionReader.ReadAsync(utf8, isJson: !IsYaml(contentType), datasets, await defaults.GetAsync(cancellationToken), cancellationToken))
        {
            case DefinitionOutcome.Parsed(var definition) when CommandsOf(definition) is { Count: > 0 } commands:
                // It could never run: a store that a request filled has no folder to start programs in.
                return Problems.Invalid(commands);
            case DefinitionOutcome.Parsed(var definition):
                var id = await definitions.AddAsync(definition, cancellationToken);
                return TypedResults.CreatedAtRoute(DefinitionView.Of(id, definition), "GetDefinition", new { definitionId = id });
            case DefinitionOutcome.Rejected(var errors):
                return Problems.Invalid(errors);
            case var other:
                throw new UnreachableException($"Unhandled {other.GetType().Name}");
        }
    }

    internal static async Task<Results<Ok<DefinitionPage>, ProblemHttpResult>> List(
        DefinitionStore definitions, CancellationToken cancellationToken, int pageSize = 50, string? continuationToken = null)
    {
        if (Paging.Error(pageSize) is { } error)
        {
            return Problems.Invalid([error]);
        }

        var (page, continuation) = await definitions.ListAsync(pageSize, continuationToken, cancellationToken);
        return TypedResults.Ok(new DefinitionPage([.. page.Select(DefinitionView.Of)], continuation));
    }

    internal static async Task<Results<Ok<DefinitionView>, ProblemHttpResult>> Get(
        string definitionId, DefinitionStore definitions, CancellationToken cancellationToken) =>
        await definitions.FindAsync(definitionId, cancellationToken) is { } definition
            ? TypedResults.Ok(DefinitionView.Of(definitionId, definition))
            : Problems.NotFound("Definition", definitionId);

    private static IReadOnlyCollection<FieldError> CommandsOf(Definition definition) =>
    [
        .. definition.Scorers.Index().Where(scorer => scorer.Item.External?.Command is not null)
            .Select(scorer => new FieldError($"scorers[{scorer.Index}].type", ExternalSpec.CommandLineOnly(scorer.Index))),
    ];

    private static bool IsYaml(string? type) => type?.Contains("yaml", StringComparison.OrdinalIgnoreCase) ?? false;
}

/// <summary>A definition on the wire; its scenarios only where one definition is asked for.</summary>
public sealed record DefinitionView(
    string DefinitionId,
    string Name,
    string Preamble,
    int ScenarioCount,
    IReadOnlyList<Scenario>? Scenarios,
    IReadOnlyList<Variant> Variants,
    int SamplesPerScenario,
    int SamplePercentage,
    long? SampleSeed,
    IReadOnlyList<ScorerSpec> Scorers,
    ProbeConfig Config)
{
    public static DefinitionView Of(string id, Definition definition) => Of(id, definition, definition.Scenarios.Count, definition.Scenarios);

    public static DefinitionView Of(DefinitionHead head) => Of(head.DefinitionId, head.Definition, head.Scenarios, scenarios: null);

    private static DefinitionView Of(string id, Definition definition, int count, IReadOnlyList<Scenario>? scenarios) => new(
        id,
        definition.Name,
        definition.Preamble,
        count,
        scenarios,
        definition.AllVariants(),
        definition.SamplesPerScenario,
        definition.SamplePercentage,
        definition.SampleSeed,
        definition.Scorers,
        definition.Config);
}

public sealed record DefinitionPage(IReadOnlyList<DefinitionView> Definitions, string? ContinuationToken);
