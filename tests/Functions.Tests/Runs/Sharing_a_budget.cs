using System.Collections.Concurrent;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>Two processes, each with its own connection, ledger and budget, over one store.</summary>
public abstract class Sharing_a_budget : IAsyncDisposable
{
    private const decimal Cap = 1;

    private readonly FakeTimeProvider _clock = new();
    private readonly StorageConnection[] _storages;
    private readonly CellLedger[] _ledgers;
    private readonly RunRecord _run;

    protected Sharing_a_budget(StorageSettings settings)
    {
        // The tests of one emulator share its tables.
        var run = RunCells.Run();
        _run = run with { RunId = RunId.New(_clock.GetUtcNow()), Calls = run.Calls with { BudgetUsd = (double)Cap } };
        _storages = [.. Enumerable.Range(0, 2).Select(_ => StorageConnection.Open(settings))];
        _ledgers = [.. _storages.Select(storage => new CellLedger(storage.Entities, TimeProvider.System))];
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var storage in _storages)
        {
            await storage.DisposeAsync();
        }
    }

    [Fact]
    public async Task Two_processes_never_reserve_more_than_the_cap_together_and_spend_nearly_all_of_it()
    {
        RunBudget[] budgets = [Budget(0), Budget(1)];
        var lockObject = new Lock();
        var (held, spent, most) = (0m, 0m, 0m);
        var cells = new ConcurrentQueue<CellAddress>(RunCells.Addresses(_run));

        var work = Task.WhenAll(Enumerable.Range(0, 12).Select(worker => WorkAsync(worker % 2)));
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(0.1));
                return work.IsCompleted;
            },
            "both processes to stop",
            cancellationToken: Cancel);
        await work;

        // 0.02 are reserved and 0.007 spent: the last 0.013 at most cover no call any more.
        Assert.InRange(most, 0.9m, Cap);
        Assert.InRange(spent, Cap - 0.02m, Cap);
        Assert.Equal(spent, await _ledgers[0].SpentAsync(_run));

        async Task WorkAsync(int process)
        {
            while (cells.TryDequeue(out var cell) && await budgets[process].ReserveAsync(0.02m, Cancel))
            {
                Note(0.02m, 0);
                Assert.True(await budgets[process].ConfirmAsync(Cancel));
                await _ledgers[process].IntendAsync(_run.RunId, cell, 1, 0, 0.02m);
                await _ledgers[process].StoreAsync(_run.RunId, RunCells.Scored(cell) with { CostUsd = 0.007m }, RunCells.Said("3"), RunCells.Calls(1));
                Note(-0.02m, 0.007m);
                budgets[process].Settle(0.02m, 0.007m);
            }
        }

        void Note(decimal reserved, decimal cost)
        {
            lock (lockObject)
            {
                (held, spent) = (held + reserved, spent + cost);
                most = Math.Max(most, held + spent);
            }
        }
    }

    [Fact]
    public async Task What_a_dead_process_held_comes_back_when_its_lease_is_too_old()
    {
        Assert.True(await Budget(0).ReserveAsync(0.9m, Cancel));
        var other = Budget(1);

        var waiting = other.ReserveAsync(0.5m, Cancel).AsTask();
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(10));
                return waiting.IsCompleted;
            },
            "the lease to be too old",
            cancellationToken: Cancel);

        Assert.True(await waiting);
        Assert.True(_clock.GetUtcNow() >= _clock.Start + BudgetLease.Lifetime);
    }

    [Fact]
    public async Task A_process_that_was_taken_for_dead_notices_before_it_calls()
    {
        var frozen = Budget(0);
        Assert.True(await frozen.ReserveAsync(0.9m, Cancel));
        _clock.Advance(BudgetLease.Lifetime + TimeSpan.FromSeconds(1));

        Assert.True(await Budget(1).ReserveAsync(0.5m, Cancel));

        Assert.False(await frozen.ConfirmAsync(Cancel));
    }

    [Fact]
    public async Task A_process_that_lives_keeps_its_lease_by_calling()
    {
        var first = Budget(0);
        Assert.True(await first.ReserveAsync(0.9m, Cancel));
        for (var minute = 0; minute < 30; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            Assert.True(await first.ConfirmAsync(Cancel));
        }

        var second = Budget(1);
        var waiting = second.ReserveAsync(0.5m, Cancel).AsTask();
        first.Settle(0.9m, 0.1m);
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return waiting.IsCompleted;
            },
            "an idle process to give back what it holds",
            cancellationToken: Cancel);

        Assert.True(await waiting);
    }

    [Fact]
    public async Task A_call_that_ends_while_more_is_asked_for_leaves_what_it_did_not_spend()
    {
        var store = new HookedStore(_storages[0].Entities);
        var budget = new RunBudget(Cap, new BudgetLease(store, _ledgers[0], _run, _clock), _clock);
        var cell = new CellAddress(0, 0, 0);
        Assert.True(await budget.ReserveAsync(0.6m, Cancel));
        await _ledgers[0].IntendAsync(_run.RunId, cell, 1, 0, 0.6m);
        store.BeforeSubmit = () =>
        {
            store.BeforeSubmit = null;
            budget.Settle(0.6m, 0.1m);
        };

        Assert.True(await budget.ReserveAsync(0.5m, Cancel));
    }

    [Fact]
    public async Task A_call_that_costs_more_than_there_is_ends_the_run() => Assert.False(await Budget(0).ReserveAsync(1.01m, Cancel));

    private RunBudget Budget(int process) => new(Cap, new BudgetLease(_storages[process].Entities, _ledgers[process], _run, _clock), _clock);

    private sealed class HookedStore(IEntityStore store) : IEntityStore
    {
        public Action? BeforeSubmit { get; set; }

        public Task<Entity?> FindAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken) =>
            store.FindAsync(table, partitionKey, rowKey, cancellationToken);

        public Task<EntityPage> QueryPageAsync(EntityQuery query, string? continuationToken, CancellationToken cancellationToken) =>
            store.QueryPageAsync(query, continuationToken, cancellationToken);

        public Task<SubmitResult> SubmitAsync(string table, IReadOnlyList<EntityOperation> operations, CancellationToken cancellationToken)
        {
            BeforeSubmit?.Invoke();
            return store.SubmitAsync(table, operations, cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

public sealed class Sharing_a_budget_on_SQLite : Sharing_a_budget
{
    private readonly TemporaryFolder _folder;

    public Sharing_a_budget_on_SQLite()
        : this(new TemporaryFolder())
    {
    }

    private Sharing_a_budget_on_SQLite(TemporaryFolder folder)
        : base(new StorageSettings(folder.Path)) => _folder = folder;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}

public sealed class Sharing_a_budget_on_Azurite(AzuriteFixture azurite)
    : Sharing_a_budget(new StorageSettings("unused", azurite.ConnectionString)), IClassFixture<AzuriteFixture>;
