using System.Collections.Concurrent;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Models;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.ExternalScoring;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Conversations;

/// <summary>
/// What the cells of a run share, kept in memory: models, scorers, items, and the run's status as it was at most a second ago.
/// That second is how long a pause or a cancel may take to be seen.
/// </summary>
public sealed class RunCatalog(
    RunStore runs, CellLedger ledger, ProviderCatalogs catalogs, PriceTable prices, RunExecutor executor, IEntityStore entities, ExternalScorers external, TimeProvider clock)
{
    private static readonly TimeSpan StatusAge = TimeSpan.FromSeconds(1);

    // About 64 MB of prompts; beyond that they are read again from the store.
    private const long MaxItemCharacters = 32 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, Lazy<Task<ActiveRun>>> _active = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string RunId, int Item), Scenario> _items = new();
    private long _itemCharacters;

    /// <summary>The run with its status refreshed.</summary>
    public async Task<ActiveRun> GetAsync(string runId, CancellationToken cancellationToken)
    {
        var loading = _active.GetOrAdd(runId, id => new Lazy<Task<ActiveRun>>(() => LoadAsync(id)));
        ActiveRun active;
        try
        {
            active = await loading.Value.WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _active.TryRemove(KeyValuePair.Create(runId, loading));
            throw;
        }

        if (active.TryBeginRefresh(clock, StatusAge))
        {
            var current = await runs.GetAsync(runId, cancellationToken);
            if (current.Course.Extension != active.Run.Course.Extension)
            {
                Forget(runId);
                return await GetAsync(runId, cancellationToken);
            }

            active.Status = current.Status;
        }

        return active;
    }

    /// <summary>
    /// The run's status, at most a second old; but that it is not active is always fresh. A cell that took a run for paused after
    /// its resume would be left for a resume event that has come already.
    /// </summary>
    public async Task<RunStatus> GetStatusAsync(string runId, CancellationToken cancellationToken)
    {
        var active = await GetAsync(runId, cancellationToken);
        var status = active.Status;
        return status.IsActive() ? status : await GetFreshStatusAsync(runId, cancellationToken);
    }

    /// <summary>The status as it is now.</summary>
    public async Task<RunStatus> GetFreshStatusAsync(string runId, CancellationToken cancellationToken)
    {
        var active = await GetAsync(runId, cancellationToken);
        return active.Status = (await runs.GetAsync(runId, cancellationToken)).Status;
    }

    public async Task<Scenario> GetItemAsync(string runId, int item, CancellationToken cancellationToken)
    {
        if (_items.TryGetValue((runId, item), out var known))
        {
            return known;
        }

        var scenario = await runs.FindItemAsync(runId, item, cancellationToken)
            ?? throw StorageException.Missing($"item {item} of run '{runId}'");
        var size = SizeOf(scenario);
        if (Interlocked.Add(ref _itemCharacters, size) > MaxItemCharacters)
        {
            _items.Clear();
            Interlocked.Exchange(ref _itemCharacters, size);
        }

        _items[(runId, item)] = scenario;
        return scenario;
    }

    /// <summary>Forgets a run that has ended, or that another executor has taken over.</summary>
    public void Forget(string runId)
    {
        _active.TryRemove(runId, out _);
        ledger.Leave(runId);
        foreach (var key in _items.Keys.Where(key => key.RunId == runId))
        {
            _items.TryRemove(key, out _);
        }
    }

    /// <summary>What the run may still spend; null is no limit.</summary>
    internal async Task<RunBudget?> BudgetAsync(RunRecord run) => run.Calls.BudgetUsd switch
    {
        null => null,
        // A process has the run to itself; the instances of the function app spend one budget together.
        { } cap when executor.IsProcess => new RunBudget((decimal)cap, await ledger.SpentAsync(run)),
        { } cap => new RunBudget((decimal)cap, new BudgetLease(entities, ledger, run, clock), clock),
    };

    private static long SizeOf(Scenario scenario) => scenario.Prompt.Length
        + (scenario.Vars?.Values.Sum(value => (long)value.GetRawText().Length) ?? 0)
        + (scenario.Messages?.Sum(message => (long)message.Text.Length) ?? 0);

    private async Task<ActiveRun> LoadAsync(string runId)
    {
        var run = await runs.GetAsync(runId, CancellationToken.None);
        var models = run.Variants.Select(variant => catalogs.For(run.Calls.BaseUrl).Resolve(variant.Model)).ToList();
        var budget = await BudgetAsync(run);
        var cells = executor.IsProcess ? await ledger.FollowAsync(run) : null;
        return new ActiveRun(
            run, cells, models, [.. run.Scorers.Select(Scorers.Create)], [.. models.Select(model => CallPrices.Of(prices, model))], budget, clock.GetTimestamp())
        {
            Judges = run.AllScorers().Any(spec => spec.Judge is not null) ? new JudgeModels(run.AllScorers(), catalogs.For(run.Calls.BaseUrl), prices) : null,
            External = run.Scorers.Any(spec => spec.External is not null) ? external : null,
            Reusable = await ReusableCells.FindAsync(run, runs, CancellationToken.None),
        };
    }
}

/// <summary>A run that cells are being evaluated for.</summary>
/// <param name="budget">Null when the run may spend what it takes.</param>
/// <param name="cells">Where this process alone works on the run; null in the function app.</param>
public sealed class ActiveRun(
    RunRecord run,
    LiveCells? cells,
    IReadOnlyList<ProviderResolution> models,
    IReadOnlyList<IScorer> scorers,
    IReadOnlyList<CallPrices> prices,
    RunBudget? budget,
    long readAt)
{
    private long _readAt = readAt;

    public RunRecord Run => run;

    public LiveCells? Cells => cells;

    /// <summary>Which model answers for each variant.</summary>
    public IReadOnlyList<ProviderResolution> Models => models;

    public IReadOnlyList<IScorer> Scorers => scorers;

    /// <summary>By variant.</summary>
    public IReadOnlyList<CallPrices> Prices => prices;

    public RunBudget? Budget => budget;

    /// <summary>What its pairwise scorers ask.</summary>
    public PairPlan Pairs { get; } = new(run);

    /// <summary>Null where no scorer asks a model.</summary>
    public JudgeModels? Judges { get; init; }

    /// <summary>Null where no scorer asks a program or a service.</summary>
    public ExternalScorers? External { get; init; }

    /// <summary>Whether scoring takes more than a computation: then answers are kept before they are scored.</summary>
    public bool ScoresOutside => Judges is not null || External is not null;

    /// <summary>Null where it takes over no answers.</summary>
    public ReusableCells? Reusable { get; init; }

    public string? StopReason { get; set; } = run.Course.StopReason;

    public RunStatus Status { get; set; } = run.Status;

    /// <summary>True for one caller once the status is older than <paramref name="age"/>.</summary>
    public bool TryBeginRefresh(TimeProvider clock, TimeSpan age)
    {
        var last = Interlocked.Read(ref _readAt);
        return clock.GetElapsedTime(last) > age && Interlocked.CompareExchange(ref _readAt, clock.GetTimestamp(), last) == last;
    }
}
