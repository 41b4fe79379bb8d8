using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Http;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs;

public abstract record EstimateOutcome
{
    private EstimateOutcome()
    {
    }

    public sealed record Estimated(RunEstimate Estimate) : EstimateOutcome;

    public sealed record UnknownDefinition(string DefinitionId) : EstimateOutcome;

    public sealed record Rejected(IReadOnlyList<FieldError> Errors) : EstimateOutcome;
}

/// <summary>Starts or estimates what a request asks for: a run of a stored definition, or of one that comes with it.</summary>
public sealed class RequestRun(DefinitionStore definitions, IDatasets datasets, ServiceDefaults defaults, StartRun startRun, StartedOnce startedOnce, RunRules rules, RunStore runs, CellLedger cells)
{
    public async Task<StartOutcome> StartAsync(StartRunRequest request, CancellationToken cancellationToken) =>
        await DefinitionIdAsync(request, cancellationToken) switch
        {
            (_, { } errors) => new StartOutcome.Rejected(errors),
            var (id, _) => await startRun.StartAsync(id!, request.Overrides, baseUrl: null, cancellationToken),
        };

    /// <summary>The same, but a request that came before with this key gives the run that it started then.</summary>
    public async Task<StartOutcome> StartOnceAsync(StartRunRequest request, string key, CancellationToken cancellationToken)
    {
        if (StartedOnce.Error(key) is { } error)
        {
            return new StartOutcome.Rejected([error]);
        }

        if (await startedOnce.ReserveAsync(key, request, cancellationToken) is not StartKeyOutcome.Reserved(var runId))
        {
            return new StartOutcome.KeyUsed();
        }

        if (await runs.FindAsync(runId, cancellationToken) is { } earlier)
        {
            return new StartOutcome.Started(earlier);
        }

        return await DefinitionIdAsync(request, cancellationToken) switch
        {
            (_, { } errors) => new StartOutcome.Rejected(errors),
            var (id, _) => await startRun.StartAsync(runId, id!, request.Overrides, baseUrl: null, cancellationToken),
        };
    }

    public async Task<EstimateOutcome> EstimateAsync(StartRunRequest request, CancellationToken cancellationToken)
    {
        var (id, problems) = await DefinitionIdAsync(request, cancellationToken);
        if (problems is not null)
        {
            return new EstimateOutcome.Rejected(problems);
        }

        if (await definitions.FindAsync(id!, cancellationToken) is not { } definition)
        {
            return new EstimateOutcome.UnknownDefinition(id!);
        }

        var asked = request.Overrides.ApplyTo(definition);
        if (Errors(asked, request.Overrides) is { Count: > 0 } errors)
        {
            return new EstimateOutcome.Rejected(errors);
        }

        var past = await PastUsage.FindAsync(id!, asked.AllVariants(), runs, cells, cancellationToken);
        return new EstimateOutcome.Estimated(EstimateRun.Of(id!, asked, rules.PriceOf, past));
    }

    private IReadOnlyList<FieldError> Errors(Definition asked, RunOverrides overrides) =>
        rules.Errors(asked, asked.Scenarios.Count, baseUrl: null, overrides.CommandFolder, asked.UseOfImages());

    // A definition that comes with a request is stored only if the request may run it.
    private async Task<(string? Id, IReadOnlyList<FieldError>? Errors)> DefinitionIdAsync(StartRunRequest request, CancellationToken cancellationToken)
    {
        if (request.DefinitionId is null == request.Definition is null)
        {
            return (null, [new FieldError("definitionId", "Give either definitionId or definition.")]);
        }

        if (request.DefinitionId is { } id)
        {
            return (id, null);
        }

        var (utf8, isJson) = TextOf(request.Definition!.Value);
        return await DefinitionReader.ReadAsync(utf8, isJson, datasets, await defaults.GetAsync(cancellationToken), cancellationToken) switch
        {
            DefinitionOutcome.Parsed(var definition) when Errors(request.Overrides.ApplyTo(definition), request.Overrides) is { Count: > 0 } errors => (null, errors),
            DefinitionOutcome.Parsed(var definition) => (await definitions.AddAsync(definition, cancellationToken), null),
            DefinitionOutcome.Rejected(var errors) => (null, [.. errors.Select(error => Problems.FieldErrorOf(error, "definition."))]),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };
    }

    // Text is YAML, or JSON that somebody put into quotes.
    private static (ReadOnlyMemory<byte> Utf8, bool IsJson) TextOf(JsonElement definition) => definition.ValueKind == JsonValueKind.String
        ? (Encoding.UTF8.GetBytes(definition.GetString()!), definition.GetString()!.TrimStart().StartsWith('{'))
        : (JsonMarshal.GetRawUtf8Value(definition).ToArray(), true);
}
