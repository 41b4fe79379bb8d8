using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FunctionsEval.Runs;
using ModelContextProtocol.Server;

namespace FunctionsEval.Mcp;

/// <summary>What a run would cost, and starting it.</summary>
internal sealed class StartTools(RequestRun requests)
{
    public IEnumerable<McpServerTool> All =>
    [
        new Tool<StartArguments, EstimateResult>(
            "estimate_run",
            "Estimate a run",
            "Counts the cells and calls that a run would make, and estimates its tokens and cost, before anything is sent. Takes the same arguments as start_run; calls no model.",
            isReadOnly: true,
            EstimateAsync),
        new Tool<StartArguments, StartResult>(
            "start_run",
            "Start a run",
            "Starts a run: every scenario of the definition is asked of every model so many times, the answers are scored and compared. It calls paid models: estimate it first, "
            + "and set budget_usd. Answers at once; follow the run with get_run.",
            isReadOnly: false,
            StartAsync),
    ];

    private async Task<EstimateResult> EstimateAsync(StartArguments arguments, CancellationToken cancellationToken) =>
        await requests.EstimateAsync(arguments.ToRequest(), cancellationToken) switch
        {
            EstimateOutcome.Estimated(var estimate) => new EstimateResult(SentencesOf(estimate), estimate),
            EstimateOutcome.UnknownDefinition(var id) => throw UnknownDefinition(id),
            EstimateOutcome.Rejected(var errors) => throw new ToolException(errors),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };

    private async Task<StartResult> StartAsync(StartArguments arguments, CancellationToken cancellationToken) =>
        await requests.StartAsync(arguments.ToRequest(), cancellationToken) switch
        {
            StartOutcome.Started(var run) => new StartResult(
                [string.Create(CultureInfo.InvariantCulture, $"Run {run.RunId} was started: {run.TotalCells:N0} cells. Follow it with get_run.")], RunView.Of(run, counts: null)),
            StartOutcome.UnknownDefinition(var id) => throw UnknownDefinition(id),
            StartOutcome.Rejected(var errors) => throw new ToolException(errors),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };

    private static ToolException UnknownDefinition(string id) =>
        new("definition_id", $"definition_id '{Http.Excerpt.Of(id)}' does not exist: give the definition_id of a run from list_runs, or the definition itself as definition.");

    private static IReadOnlyList<string> SentencesOf(RunEstimate estimate)
    {
        var cost = estimate.CostUsd is { } usd
            ? string.Create(CultureInfo.InvariantCulture, $"It would cost about {usd:0.####} USD.")
            : "Its cost is not known: a model has no known price, or its output has no limit.";
        return
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"{estimate.Scenarios:N0} scenarios x {estimate.Variants} variants x {estimate.SamplesPerScenario} samples are {estimate.Cells:N0} cells and {estimate.Calls:N0} calls."),
            cost,
        ];
    }
}

internal sealed record StartArguments(
    [Description("The id of a stored definition, such as the definition_id of an earlier run. Give this or definition.")]
    string? DefinitionId = null,
    [Description("The definition itself: YAML or JSON text, or a JSON object. Needs name, models (provider:model, such as openai:gpt-4o-mini), scenarios (each with a prompt) and scorers.")]
    JsonElement? Definition = null,
    [Description("Models to run instead of those of the definition, each provider:model.")]
    IReadOnlyList<string>? Models = null,
    [Description("How often each scenario is asked of each model, 1 to 100; without it the definition says. More samples show how much answers vary.")]
    [Range(1, 100)]
    int? SamplesPerScenario = null,
    [Description("The share of the scenarios to run, in percent.")]
    [Range(1, 100)]
    int? SamplePercentage = null,
    [Description("Which scenarios a share picks; the same seed picks the same ones.")]
    long? SampleSeed = null,
    [Description("The most that the run may cost in USD; it stops before it costs more.")]
    [Range(0d, 1_000_000d)]
    double? BudgetUsd = null,
    [Description("With a budget: also call models whose price is not known, uncounted.")]
    bool AllowUnknownPrice = false,
    [Description("Words to find the run by.")]
    IReadOnlyList<string>? Tags = null,
    [Description("The id of an earlier run: its answers are taken over, unpaid, where a model would be sent the same.")]
    string? Reuse = null)
{
    public StartRunRequest ToRequest() => new(DefinitionId, Definition, Models, SamplesPerScenario, SamplePercentage, SampleSeed, BudgetUsd, AllowUnknownPrice, Tags, Reuse);
}

internal sealed record EstimateResult(IReadOnlyList<string> Sentences, RunEstimate Estimate) : IToolResult;

internal sealed record StartResult(IReadOnlyList<string> Sentences, RunView Run) : IToolResult;
