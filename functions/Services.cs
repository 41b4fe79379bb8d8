using System.Text.Json;
using FunctionsEval.AbTests;
using FunctionsEval.Content;
using FunctionsEval.Definitions;
using FunctionsEval.Digests;
using FunctionsEval.Durable;
using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Engine;
using FunctionsEval.Health;
using FunctionsEval.Hosting.StandAlone;
using FunctionsEval.Limits;
using FunctionsEval.Planning;
using FunctionsEval.Prices;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Reviews;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Allocations;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Ownership;
using FunctionsEval.Storage.Queues;
using FunctionsEval.Telemetry;

namespace FunctionsEval;

/// <summary>The program's parts, put together once. Making them does no I/O but opening the store; the engine starts where it is needed.</summary>
internal sealed class Services : IAsyncDisposable
{
    private readonly StorageConnection _storage;
    private readonly ILogger<PipelineQueue> _pipelineLogger;
    private readonly CancellationTokenSource _ownershipLost = new();
    private readonly Lazy<EmbeddedEngine> _engine;
    private readonly Lazy<QueuePump> _pump;
    private readonly TelemetryExport? _telemetry;

    private Services(StorageConnection storage, Settings settings, TimeProvider clock, ILoggerFactory loggers, bool isCommand, bool isFleet)
    {
        _storage = storage;
        _pipelineLogger = loggers.CreateLogger<PipelineQueue>();
        _telemetry = TelemetryExport.Start(settings);
        Settings = settings;
        Clock = clock;
        Prices = PriceTableReader.Load(settings.PriceTable);
        Catalogs = new ProviderCatalogs(settings.Providers, clock, new StoredQuota(storage.Entities, clock));
        Definitions = new DefinitionStore(storage.Entities, clock);
        Content = new ContentStore(storage.Entities);
        ImportContent = new ImportContent(Content, storage.Entities);
        Runs = new RunStore(storage.Entities);
        Cells = new CellLedger(storage.Entities);
        Analyses = new AnalysisStore(storage.Entities);
        Allocations = new AllocationStore(storage.Entities);
        AnalyzeRun = new AnalyzeRun(Runs, Cells, Allocations, Analyses, clock);
        Health = new HealthCheck(storage.Entities, storage.Queues, storage.Description, settings.Keys, Prices, clock);

        Findings = new FindingStore(storage.Entities);
        Review = new Review(Runs, Cells, storage.Queues, Findings, clock, loggers.CreateLogger<Review>());
        Digests = new DigestStore(storage.Entities, Runs, Cells, clock);
        Credits = new Credits(storage.Entities, Runs, Cells, settings.CreditLimits, settings.CreditRates, clock);
        StartDigest = new StartDigest(Content, new CandidateSelection(Content), Runs, Credits, clock);
        var catalog = new RunCatalog(Runs, Cells, Catalogs, Prices, clock, isFleet ? storage.Entities : null);
        Registry = RunTasks.Register(
            new PrepareRun(Runs, Definitions, clock),
            new EvaluateCell(Runs, catalog, Cells, clock, loggers.CreateLogger<EvaluateCell>()),
            new InterimLook(Runs, Cells),
            new AllocateSamples(Runs, Cells, Allocations),
            new ReadAllocation(Allocations),
            AnalyzeRun,
            new CompleteRun(Runs, catalog, Digests.MakeAsync, clock, loggers.CreateLogger<CompleteRun>()));
        Histories = new HostedHistories(new EntityHistoryStore(storage.Entities, _ownershipLost.Token), clock);
        _engine = new Lazy<EmbeddedEngine>(() => new EmbeddedEngine(
            Histories, Registry, Converter, new EmbeddedEngineOptions(), clock, new Random(), loggers));
        _pump = new Lazy<QueuePump>(() => new QueuePump(
            storage.Queues,
            PipelineJob.QueueName,
            (message, cancellationToken) => Pipeline.HandleAsync(message.Text, cancellationToken),
            new QueuePumpOptions(MaxPollingInterval: TimeSpan.FromSeconds(2)),
            clock,
            new Random(),
            loggers.CreateLogger<QueuePump>()));

        // A command has no server to take jobs from a queue: its jobs go straight to the pipeline.
        Enqueue = isCommand ? (job, cancellationToken) => Pipeline.HandleAsync(job, cancellationToken) : EnqueueAsync;
        AbTestFeature = isCommand ? new AbTestFeature(Enabled: true) : settings.AbTests;
        RunRules = new RunRules(Catalogs, Prices);
        StartRun = new StartRun(Definitions, Runs, RunRules, Enqueue, clock);
        RunControl = new RunControl(Runs, Enqueue, clock);
        ExtendRun = new ExtendRun(Definitions, Runs, RunRules, Enqueue);
        RescoreRun = new RescoreRun(Definitions, Runs, Cells, AnalyzeRun);
        Planner = new PlanComparison(Runs, Cells);
        AbTestRequests = new AbTestRequestReader(Catalogs);
        StartAbTest = new StartAbTest(Content, new CandidateSelection(Content), Runs, Enqueue, clock);
        AnalyzeAbTest = new AnalyzeAbTest(Analyses, Cells);
    }

    public Settings Settings { get; }

    public TimeProvider Clock { get; }

    /// <summary>True for the SQLite file of a data folder.</summary>
    public bool IsLocal => _storage.IsLocal;

    public string StoreDescription => _storage.Description;

    /// <summary>True where results can be read and computed, but not kept.</summary>
    public bool IsReadOnly => _storage.IsReadOnly;

    public IEntityStore Entities => _storage.Entities;

    public IMessageQueue Queues => _storage.Queues;

    public ProviderCatalogs Catalogs { get; }

    public PriceTable Prices { get; }

    public DefinitionStore Definitions { get; }

    public ContentStore Content { get; }

    public ImportContent ImportContent { get; }

    public RunStore Runs { get; }

    public CellLedger Cells { get; }

    public AllocationStore Allocations { get; }

    public AnalysisStore Analyses { get; }

    public AnalyzeRun AnalyzeRun { get; }

    public HealthCheck Health { get; }

    public FindingStore Findings { get; }

    public Review Review { get; }

    public HostedHistories Histories { get; }

    /// <summary>Orchestrators and activities, whichever engine calls them.</summary>
    public DurableTaskRegistry Registry { get; }

    public JsonDataConverter Converter { get; } = new(EvalJson.Context.Options);

    /// <summary>Made at its first use: under the Functions host the Durable extension is the engine.</summary>
    public EmbeddedEngine Engine => _engine.Value;

    /// <summary>The jobs of the embedded engine.</summary>
    public PipelineQueue Pipeline => PipelineOf(Engine.Client);

    /// <summary>Takes the jobs of a server from its queue; not made for commands and under the Functions host.</summary>
    public QueuePump Pump => _pump.Value;

    public RunRules RunRules { get; }

    public StartRun StartRun { get; }

    public RunControl RunControl { get; }

    public ExtendRun ExtendRun { get; }

    public RescoreRun RescoreRun { get; }

    public PlanComparison Planner { get; }

    public AbTestFeature AbTestFeature { get; }

    public AbTestRequestReader AbTestRequests { get; }

    public StartAbTest StartAbTest { get; }

    public AnalyzeAbTest AnalyzeAbTest { get; }

    public DigestStore Digests { get; }

    public Credits Credits { get; }

    public StartDigest StartDigest { get; }

    /// <summary>Hands a job over: to the queue of a server, or straight to the pipeline of a command.</summary>
    public EnqueuePipelineJob Enqueue { get; }

    /// <param name="isCommand">A command hands its jobs straight to the pipeline; a server puts them into the queue.</param>
    /// <param name="isFleet">Other processes may work on the same runs; the embedded engine owns its store.</param>
    /// <param name="mayBeReadOnly">What only reads also works on a data folder that this user may not write.</param>
    public static Services Open(
        Settings settings, ILoggerFactory loggers, bool isCommand = false, bool isFleet = false, bool mayBeReadOnly = false) =>
        new(StorageConnection.Open(settings.Storage, TimeProvider.System, mayBeReadOnly), settings, TimeProvider.System, loggers, isCommand, isFleet);

    /// <summary>The jobs of the engine behind a client.</summary>
    public PipelineQueue PipelineOf(DurableTaskClient client) => new(Runs, client, AbTestFeature, StartDigest.PrepareAsync, Clock, _pipelineLogger);

    public Task<OwnershipResult> AcquireOwnershipAsync(CancellationToken cancellationToken) => _storage.AcquireOwnershipAsync(cancellationToken);

    /// <summary>From now on another process may write to the store: nothing more is written to the histories.</summary>
    public void LoseOwnership() => _ownershipLost.Cancel();

    public async ValueTask DisposeAsync()
    {
        if (_pump.IsValueCreated)
        {
            await _pump.Value.DisposeAsync();
        }

        if (_engine.IsValueCreated)
        {
            await _engine.Value.DisposeAsync();
        }

        Catalogs.Dispose();
        await _storage.DisposeAsync();
        _ownershipLost.Dispose();
        _telemetry?.Dispose();
    }

    private async Task EnqueueAsync(PipelineJob job, CancellationToken cancellationToken)
    {
        await Queues.SendAsync(PipelineJob.QueueName, JsonSerializer.Serialize(job, EvalJson.Context.PipelineJob), cancellationToken);
        if (_pump.IsValueCreated)
        {
            _pump.Value.Wake();
        }
    }
}
