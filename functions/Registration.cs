using System.Text.Json.Serialization.Metadata;
using FunctionsEval.AbTests;
using FunctionsEval.Agents;
using FunctionsEval.Cli;
using FunctionsEval.Comparisons;
using FunctionsEval.Content;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Digests;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Exports;
using FunctionsEval.Gates;
using FunctionsEval.Health;
using FunctionsEval.Http;
using FunctionsEval.Labels;
using FunctionsEval.Limits;
using FunctionsEval.Mcp;
using FunctionsEval.Models;
using FunctionsEval.Planning;
using FunctionsEval.Prices;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.ExternalScoring;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Pairs;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Runs.Rescoring;
using FunctionsEval.SelfTests;
using FunctionsEval.Storage.Connection;
using FunctionsEval.Telemetry;

namespace FunctionsEval;

/// <summary>The parts of the program that both heads share: the Functions app and the program on one machine.</summary>
internal static class Registration
{
    /// <summary>The JSON of all slices.</summary>
    public static IJsonTypeInfoResolver JsonContexts { get; } = JsonTypeInfoResolver.Combine(
        RunsJson.OnTheWire,
        DatasetsJson.Default,
        DefinitionsJson.Default,
        SettingsJson.Default,
        PlanningJson.Default,
        LabelsJson.Default,
        GatesJson.Default,
        ComparisonsJson.Default,
        ExportsJson.Default,
        SelfTestsJson.Default,
        ContentJson.Default,
        AbTestsJson.Default,
        DigestsJson.Default,
        HealthJson.Default,
        AdminJson.Default,
        CliJson.Default,
        AgentsJson.OnTheWire);

    /// <summary>Adds every part but those that differ between the heads: <see cref="EnqueuePipelineJob"/>, <see cref="RunExecutor"/> and the engine.</summary>
    public static IServiceCollection AddFunctionsEval(this IServiceCollection services, Settings settings, StorageConnection storage)
    {
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(storage);
        services.AddSingleton(storage.Entities);
        services.AddSingleton(settings.DigestModel);
        services.AddSingleton(settings.CreditLimits);
        services.AddSingleton(settings.CreditRates);
        services.AddSingleton(settings.Keys);
        services.AddSingleton(settings.Agents);
        services.AddSingleton(settings.ScorerHosts);
        services.AddSingleton(settings.Defaults);
        services.AddSingleton(_ => PriceTableReader.Load(settings.Prices));
        services.AddSingleton<IQuotaStore, StoredQuota>();
        services.AddSingleton(parts => new ProviderCatalogs(settings.Providers, parts.GetRequiredService<TimeProvider>(), parts.GetRequiredService<IQuotaStore>()));
        return services.AddTelemetry(settings.Telemetry).AddRuns().AddContentSlices().AddAgents().AddEndpointParts();
    }

    private static IServiceCollection AddRuns(this IServiceCollection services) => services
        .AddSingleton<RunStore>()
        .AddSingleton<ImageStore>()
        .AddSingleton<RunLeases>()
        .AddSingleton<RunList>()
        .AddSingleton<RunFinder>()
        .AddSingleton<RunTags>()
        .AddSingleton<DeleteRun>()
        .AddSingleton<ReadAnswers>()
        .AddSingleton<MeasureUsage>()
        .AddSingleton<DifferingScenarios>()
        .AddSingleton<CompareRuns>()
        .AddSingleton<ExportRun>()
        .AddSingleton<CellLedger>()
        .AddSingleton<RetriedCells>()
        .AddSingleton<RewriteCells>()
        .AddSingleton<PairLedger>()
        .AddSingleton<JudgePairs>()
        .AddSingleton<JudgePairsAgain>()
        .AddSingleton<ReuseCell>()
        .AddSingleton<JudgementStore>()
        .AddSingleton<ExternalScorers>()
        .AddSingleton<CallRows>()
        .AddSingleton<RunCatalog>()
        .AddSingleton<AnalysisStore>()
        .AddSingleton<AllocationStore>()
        .AddSingleton<LookStore>()
        .AddSingleton<LabelStore>()
        .AddSingleton<RunRules>()
        .AddSingleton<StartRun>()
        .AddSingleton<RunEvents>()
        .AddSingleton<StartedOnce>()
        .AddSingleton<RequestRun>()
        .AddSingleton<RunControl>()
        .AddSingleton<ExtendRun>()
        .AddSingleton<RetryRun>()
        .AddSingleton<ScoreAgain>()
        .AddSingleton<ApplyScorers>()
        .AddSingleton<RescoreRun>()
        .AddSingleton<PrepareRun>()
        .AddSingleton<ScoreRunAgain>()
        .AddSingleton<EvaluateCell>()
        .AddSingleton<JudgePair>()
        .AddSingleton<Interruptions>()
        .AddSingleton<InterimLook>()
        .AddSingleton<AllocateSamples>()
        .AddSingleton<ReadAllocation>()
        .AddSingleton<AnalyzeRun>()
        .AddSingleton<CompleteRun>()
        .AddSingleton<PipelineQueue>()
        .AddSingleton<Watchdog>();

    private static IServiceCollection AddContentSlices(this IServiceCollection services) => services
        .AddSingleton<ContentStore>()
        .AddSingleton<CandidateSelection>()
        .AddSingleton<ImportContent>()
        .AddSingleton<StartAbTest>()
        .AddSingleton<AnalyzeAbTest>()
        .AddSingleton<AbTestRequestReader>()
        .AddSingleton<DigestStore>()
        .AddSingleton<Credits>()
        .AddSingleton<StartDigest>()
        .AddSingleton<PrepareDigest>(parts => parts.GetRequiredService<StartDigest>().PrepareAsync)
        .AddSingleton<MakeDigest>(parts => parts.GetRequiredService<DigestStore>().MakeAsync);

    private static IServiceCollection AddEndpointParts(this IServiceCollection services) => services
        .AddSingleton<DefinitionStore>()
        .AddSingleton<ServiceDefaults>()
        .AddSingleton<DatasetStore>()
        .AddSingleton<IDatasets>(parts => parts.GetRequiredService<DatasetStore>())
        .AddSingleton<PlanComparison>()
        .AddSingleton<AddLabels>()
        .AddSingleton<LabelQueue>()
        .AddSingleton<PlanLabels>()
        .AddTools()
        .AddSingleton<HealthCheck>();
}
