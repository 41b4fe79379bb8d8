using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>The ledger on a real SQLite file; two ledgers stand for two processes.</summary>
public sealed class Recording_cells : IAsyncDisposable
{
    private static readonly CellAddress First = new(0, 0, 0);

    private readonly TemporaryFolder _folder = new();
    private readonly StorageConnection _storage;
    private readonly RunRecord _run = RunCells.Run();

    public Recording_cells() => _storage = StorageConnection.Open(new StorageSettings(_folder.Path));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_cell_comes_back_as_it_was_stored()
    {
        var ledger = NewLedger();
        var scored = RunCells.Scored(First);
        var invalid = RunCells.Of(CellOutcome.Invalid, new CellAddress(39, 1, 2), calls: 2, lost: 1);
        var failed = RunCells.Of(CellOutcome.Failed, new CellAddress(5, 0, 1), calls: 3);

        Assert.True(await ledger.StoreAsync(_run.RunId, scored, RunCells.Said("Rating: 3"), RunCells.Calls(1)));
        Assert.True(await ledger.StoreAsync(_run.RunId, invalid, RunCells.Said("无法评分 🙂"), RunCells.Calls(2)));
        Assert.True(await ledger.StoreAsync(_run.RunId, failed, new Transcript([], null, RunCells.Noon, RunCells.Noon), RunCells.Calls(3)));

        var read = NewLedger();
        foreach (var cell in new[] { scored, invalid, failed })
        {
            var found = await read.FindAsync(_run, cell.Address, Cancel);
            Assert.Equal(cell with { Scores = [] }, found! with { Scores = [] });
            Assert.Equal(cell.Scores, found.Scores);
        }

        Assert.Equal("无法评分 🙂", (await read.FindTranscriptAsync(_run.RunId, invalid.Address, Cancel))!.Turns[0].TargetResponse);
        Assert.Null(await read.FindAsync(_run, new CellAddress(1, 0, 0), Cancel));
        Assert.Null(await read.FindTranscriptAsync(_run.RunId, new CellAddress(1, 0, 0), Cancel));
    }

    [Fact]
    public async Task One_cell_stored_by_many_at_once_is_stored_and_counted_once()
    {
        CellLedger[] ledgers = [NewLedger(), NewLedger()];

        var stored = await Task.WhenAll(Enumerable.Range(0, 40).Select(index => ledgers[index % 2].StoreAsync(
            _run.RunId, RunCells.Scored(First, score: index), RunCells.Said($"{index}"), RunCells.Calls(1))));

        Assert.Single(stored, applied => applied);
        Assert.Equal(new CellCounts(Scored: 1, CallsSent: 1, InputTokens: 10, OutputTokens: 2, Unpriced: 1), (await NewLedger().CountAsync(_run, Cancel))[0]);
        var winner = Array.IndexOf(stored, true);
        Assert.Equal(winner, (await NewLedger().FindAsync(_run, First, Cancel))!.Score);
        Assert.Single(await CallRowsAsync(First));
    }

    [Fact]
    public async Task A_second_store_of_a_cell_changes_nothing()
    {
        var first = NewLedger();
        await first.StoreAsync(_run.RunId, RunCells.Scored(First), RunCells.Said("3"), RunCells.Calls(1));

        var again = await NewLedger().StoreAsync(_run.RunId, RunCells.Of(CellOutcome.Failed, First, calls: 4), RunCells.Said("3"), RunCells.Calls(4));

        Assert.False(again);
        Assert.Equal(CellOutcome.Scored, (await first.FindAsync(_run, First, Cancel))!.Outcome);
        Assert.Equal(new CellCounts(Scored: 1, CallsSent: 1, InputTokens: 10, OutputTokens: 2, Unpriced: 1), (await first.CountAsync(_run, Cancel))[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Counters_are_exact_whatever_two_ledgers_write_at_random(int seed)
    {
        var random = new Random(seed);
        CellLedger[] ledgers = [NewLedger(), NewLedger()];
        var cells = RunCells.Addresses(_run).ToDictionary(
            address => address, address => RunCells.Of((CellOutcome)random.Next(3), address, calls: random.Next(1, 5), lost: random.Next(2)));
        var writes = cells.Values.Concat(cells.Values.Where(_ => random.Next(3) == 0)).ToArray();
        random.Shuffle(writes);

        var stored = await Task.WhenAll(writes.Select(async cell =>
        {
            await Task.Yield();
            return await ledgers[random.Next(2)].StoreAsync(_run.RunId, cell, RunCells.Said("x"), RunCells.Calls(cell.Calls));
        }));

        Assert.Equal(cells.Count, stored.Count(applied => applied));
        await AssertWholeAsync(cells);
    }

    [Fact]
    public async Task The_intent_of_a_process_that_died_is_counted_as_lost()
    {
        var died = NewLedger();
        Assert.Equal(0, await died.IntendAsync(_run.RunId, First, calls: 1, lost: 0));
        Assert.Equal(0, await died.IntendAsync(_run.RunId, First, calls: 2, lost: 0));

        var next = NewLedger();
        var lost = await next.IntendAsync(_run.RunId, First, calls: 1, lost: 0);
        Assert.Equal(2, lost);
        await next.StoreAsync(_run.RunId, RunCells.Scored(First, calls: 1, lost), RunCells.Said("3"), RunCells.Calls(1));

        Assert.Equal(new CellCounts(Scored: 1, CallsSent: 3, CallsRepeated: 2, InputTokens: 10, OutputTokens: 2, Unpriced: 1), (await next.CountAsync(_run, Cancel))[0]);
        Assert.Null(await _storage.Entities.FindAsync(TableKeys.Cells, First.PartitionKey(_run.RunId), TableKeys.Intent(First.RowKey), Cancel));
    }

    [Fact]
    public async Task Losses_add_up_over_several_deaths()
    {
        for (var (life, lost) = (0, 0); life < 4; life++)
        {
            var ledger = NewLedger();
            lost = await ledger.IntendAsync(_run.RunId, First, calls: 1, lost: 0);
            Assert.Equal(2 * life, lost);
            Assert.Equal(lost, await ledger.IntendAsync(_run.RunId, First, calls: 2, lost));
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(150)]
    public async Task A_cell_may_have_more_calls_than_a_batch_holds(int calls)
    {
        var ledger = NewLedger();
        var neighbours = Enumerable.Range(1, 2).Select(sample => new CellAddress(0, 0, sample)).Append(First)
            .ToDictionary(address => address, address => RunCells.Scored(address, calls));

        foreach (var address in neighbours.Keys)
        {
            await ledger.IntendAsync(_run.RunId, address, 1, 0);
        }

        await Task.WhenAll(neighbours.Values.Select(cell => ledger.StoreAsync(_run.RunId, cell, RunCells.Said("3"), RunCells.Calls(calls))));

        await AssertWholeAsync(neighbours);
    }

    [Fact]
    public async Task A_cell_without_calls_is_stored_and_counted()
    {
        var ledger = NewLedger();
        var failed = RunCells.Of(CellOutcome.Failed, First, calls: 0);

        await ledger.StoreAsync(_run.RunId, failed, new Transcript([], null, RunCells.Noon, RunCells.Noon), []);

        Assert.Equal(new CellCounts(Failed: 1), (await ledger.CountAsync(_run, Cancel))[0]);
        Assert.Empty(await CallRowsAsync(First));
    }

    [Theory]
    [InlineData(0.3, 0)]
    [InlineData(0, 0.3)]
    [InlineData(0.2, 0.2)]
    public async Task Counters_stay_exact_on_a_store_that_fails_in_between(double failBefore, double failAfter)
    {
        var random = new Random(11);
        var faulty = new FaultyEntityStore(_storage.Entities, seed: 5, failBefore, failAfter);
        CellLedger[] ledgers = [new(faulty, TimeProvider.System), new(faulty, TimeProvider.System)];
        var cells = RunCells.Addresses(_run).ToDictionary(
            address => address, address => RunCells.Of((CellOutcome)random.Next(3), address, calls: random.Next(1, 4), lost: random.Next(2)));

        await Task.WhenAll(cells.Keys.Select(address => NewLedger().IntendAsync(_run.RunId, address, 1, 0)));
        await Task.WhenAll(cells.Values.Select((cell, index) => StoreUntilItWorksAsync(ledgers[index % 2], cell)));

        Assert.True(faulty.Faults > 5, $"Only {faulty.Faults} faults were met.");
        await AssertWholeAsync(cells);
    }

    [Fact]
    public async Task An_intent_whose_write_was_answered_by_a_fault_is_at_most_counted_too_often()
    {
        var faulty = new FaultyEntityStore(_storage.Entities, seed: 1, failBefore: 0, failAfter: 1);
        var ledger = new CellLedger(faulty, TimeProvider.System);
        await Assert.ThrowsAsync<StorageException>(() => ledger.IntendAsync(_run.RunId, First, calls: 1, lost: 0));

        faulty.IsOn = false;

        Assert.Equal(1, await ledger.IntendAsync(_run.RunId, First, calls: 1, lost: 0));
    }

    [Fact]
    public async Task A_ledger_of_many_partitions_lets_idle_writers_go()
    {
        var run = RunCells.Run(items: 5000 * CellAddress.ItemsPerPartition, models: 1, samples: 1);
        var ledger = NewLedger();
        var addresses = Enumerable.Range(0, 5000).Select(partition => new CellAddress(partition * CellAddress.ItemsPerPartition, 0, 0)).ToList();

        foreach (var chunk in addresses.Chunk(1000))
        {
            await Task.WhenAll(chunk.Select(address => ledger.StoreAsync(run.RunId, RunCells.Scored(address), RunCells.Said("3"), RunCells.Calls(1))));
        }

        await ledger.StoreAsync(run.RunId, RunCells.Scored(new CellAddress(1, 0, 0)), RunCells.Said("3"), RunCells.Calls(1));
        Assert.Equal(5001, (await NewLedger().CountAsync(run, Cancel))[0].Scored);
    }

    private CellLedger NewLedger() => new(_storage.Entities, TimeProvider.System);

    private async Task StoreUntilItWorksAsync(CellLedger ledger, CellRecord cell)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            try
            {
                await ledger.StoreAsync(_run.RunId, cell, RunCells.Said("x"), RunCells.Calls(cell.Calls));
                return;
            }
            catch (StorageException)
            {
                // What a caller does: it tries again.
            }
        }

        Assert.Fail($"Cell {cell.Address} was never stored.");
    }

    /// <summary>Each cell is there with its transcript and its calls, no intent is left, and the counters say exactly what the cells say.</summary>
    private async Task AssertWholeAsync(Dictionary<CellAddress, CellRecord> cells)
    {
        var ledger = NewLedger();
        var found = new List<CellRecord>();
        await foreach (var cell in ledger.AllAsync(_run, Cancel))
        {
            found.Add(cell);
            Assert.Equal(cells[cell.Address].Outcome, cell.Outcome);
            Assert.NotNull(await ledger.FindTranscriptAsync(_run.RunId, cell.Address, Cancel));
            Assert.Equal(cell.Calls, (await CallRowsAsync(cell.Address)).Count);
            Assert.Null(await _storage.Entities.FindAsync(TableKeys.Cells, cell.Address.PartitionKey(_run.RunId), TableKeys.Intent(cell.Address.RowKey), Cancel));
        }

        Assert.Equal(cells.Count, found.Count);
        var counts = await ledger.CountAsync(_run, Cancel);
        for (var variant = 0; variant < counts.Length; variant++)
        {
            var expected = found.Where(cell => cell.Address.Variant == variant).Aggregate(CellCounts.None, (sum, cell) => sum + CellCounts.Of(cell));
            Assert.Equal(expected, counts[variant]);
        }
    }

    private async Task<List<Entity>> CallRowsAsync(CellAddress address)
    {
        var rows = new List<Entity>();
        var query = new EntityQuery(
            TableKeys.Cells, address.PartitionKey(_run.RunId), RowFrom: $"~call-{address.RowKey}-", RowTo: $"~call-{address.RowKey}.");
        await foreach (var row in _storage.Entities.QueryAsync(query, Cancel))
        {
            rows.Add(row);
        }

        return rows;
    }
}
