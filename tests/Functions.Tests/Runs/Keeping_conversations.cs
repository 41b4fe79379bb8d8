using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Providers;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>Conversations of several turns whose process ends before their cell is stored.</summary>
public sealed class Keeping_conversations
{
    private static readonly CellAddress First = new(0, 0, 0);

    private static readonly Turn[] Turns =
    [
        new(1, "scenario_prompt", "How acceptable is case 0?", "Rating: 3", "stop", 10, 2), new(2, "why", "Why?", "Because. Rating: 4", "stop", 20, 3),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_kept_comes_back_with_every_call()
    {
        using var folder = new TemporaryFolder();
        await using var storage = StorageConnection.Open(new StorageSettings(folder.Path));
        var run = RunCells.Run();
        ProviderCall[] calls = [.. RunCells.Calls(3).Select((call, index) => call with { CostUsd = index * 0.01m, Adaptations = RequestAdaptations.WithoutTemperature })];

        await new CellLedger(storage.Entities, TimeProvider.System).KeepAsync(run.RunId, First, Kept(1, calls) with { HeldUsd = 0.25m, LostCalls = 2 });

        var kept = (await new CellLedger(storage.Entities, TimeProvider.System).FindKeptAsync(run.RunId, First, Cancel))!;
        Assert.Equal((0.25m, 2), (kept.HeldUsd, kept.LostCalls));
        Assert.Equal(Turns[..1], kept.Transcript.Turns);
        Assert.Equal(calls[..2], kept.Calls.Take(2));

        // The words of an answer are in the transcript.
        Assert.Equal(calls[2] with { Outcome = Answered("") }, kept.Calls[2]);
        Assert.Null(await new CellLedger(storage.Entities, TimeProvider.System).FindKeptAsync(run.RunId, new CellAddress(1, 0, 0), Cancel));
    }

    [Fact]
    public async Task The_transcript_of_a_cell_that_was_never_stored_says_how_to_store_it()
    {
        using var folder = new TemporaryFolder();
        await using var storage = StorageConnection.Open(new StorageSettings(folder.Path));
        var ledger = new CellLedger(storage.Entities, TimeProvider.System);
        var run = RunCells.Run();
        var second = new CellAddress(0, 1, 0);

        await ledger.StoreAsync(run.RunId, RunCells.Scored(First, calls: 3, lost: 1), Kept(2, []).Transcript, RunCells.Calls(3), keepsCalls: true);
        await ledger.StoreAsync(run.RunId, RunCells.Scored(second), RunCells.Said("3"), RunCells.Calls(1));

        Assert.Equal((3, 1), (await ledger.FindKeptAsync(run.RunId, First, Cancel)) is { } kept ? (kept.Calls.Count, kept.LostCalls) : default);
        Assert.Null(await ledger.FindKeptAsync(run.RunId, second, Cancel));
        Assert.NotNull(await ledger.FindTranscriptAsync(run.RunId, second, Cancel));
    }

    /// <summary>A megabyte a turn takes several rows and more than one write, between which a process can die.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_very_long_conversation_is_kept_whole_or_asked_for_again(bool isLaterTurn)
    {
        using var folder = new TemporaryFolder();
        await using var storage = StorageConnection.Open(new StorageSettings(folder.Path));
        var ledger = new CellLedger(storage.Entities, TimeProvider.System);
        var run = RunCells.Run();
        var refusals = Enumerable.Repeat(RunCells.Calls(2)[0], 100)
            .Select(call => call with { Outcome = new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.RateLimit, new string('n', 500), 429)) });
        var kept = Long(RunCells.Noon, [.. refusals, .. RunCells.Calls(1)]);

        await ledger.KeepAsync(run.RunId, First, kept);
        var whole = (await ledger.FindKeptAsync(run.RunId, First, Cancel))!;
        await CutOffAsync(storage.Entities, run.RunId, isLaterTurn);

        Assert.Equal((101, 1_000_000), (whole.Calls.Count, whole.Transcript.Turns[0].TargetResponse.Length));
        Assert.Null(await ledger.FindKeptAsync(run.RunId, First, Cancel));
    }

    /// <summary>A process kept so many turns with so many calls, sent so many in all, and died. Only a turn that is missing is asked.</summary>
    [Theory]
    [InlineData(1, 1, 1, 1, 0)]
    [InlineData(1, 2, 2, 1, 0)]
    [InlineData(1, 2, 4, 1, 2)]
    [InlineData(2, 3, 3, 0, 0)]
    public async Task Who_finishes_a_conversation_stores_all_its_calls_once(int turns, int calls, int sent, int missing, int lost)
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();
        var run = await PreparedAsync(bench, services);
        var died = new CellLedger(services.Entities, TimeProvider.System);
        for (var call = 1; call <= sent; call++)
        {
            await died.IntendAsync(run.RunId, First, call, lost: 0);
        }

        await died.KeepAsync(run.RunId, First, Kept(turns, RunCells.Calls(calls)));

        var ending = await EvaluateAsync(services, run);

        Assert.Equal(("scored", missing), (ending, bench.Simulator.Stats().Calls));
        var stored = await StoredRun.ReadAsync(services, run.RunId);
        var cell = Assert.Single(stored.Cells);
        Assert.Equal((calls + missing, lost), (cell.Calls, cell.LostCalls));
        Assert.Equal(2, stored.Transcripts[First].Turns.Count);
        Assert.Equal(Turns[0], stored.Transcripts[First].Turns[0]);
        stored.AssertWhole();
        Assert.Equal(
            [.. Enumerable.Repeat("error", calls - 1), .. Enumerable.Repeat("ok", 1 + missing)], stored.Calls.Select(call => call.GetString("status")));
        Assert.Equal((10L, "request-" + calls), (stored.Calls[calls - 1].GetInt64("inputTokens"), stored.Calls[calls - 1].GetString("requestId")));
    }

    [Fact]
    public async Task A_transcript_without_its_calls_is_asked_for_again_and_counted_as_lost()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();
        var run = await PreparedAsync(bench, services);
        await services.Cells.IntendAsync(run.RunId, First, 1, lost: 0);
        var rows = CellRows.ToEntities(First.PartitionKey(run.RunId), First.RowKey, Kept(1, []).Transcript);
        await EntityBatches.UpsertAsync(services.Entities, TableKeys.Transcripts, [.. rows], Cancel);

        await EvaluateAsync(services, run);

        var stored = await StoredRun.ReadAsync(services, run.RunId);
        stored.AssertWhole();
        Assert.Equal((2, 1), (stored.Cells[0].Calls, stored.Cells[0].LostCalls));
    }

    private static KeptConversation Long(DateTimeOffset completedAt, IReadOnlyList<ProviderCall> calls) =>
        new(new Transcript([Turns[0] with { TargetResponse = new string('x', 1_000_000) }], "m", RunCells.Noon, completedAt), calls);

    /// <summary>Leaves what a death leaves: rows that are not there yet, or only some of a later turn's.</summary>
    private static async Task CutOffAsync(IEntityStore entities, string runId, bool isLaterTurn)
    {
        var partition = First.PartitionKey(runId);
        if (!isLaterTurn)
        {
            await entities.SubmitAsync(TableKeys.Transcripts, EntityOperation.Delete(partition, TableKeys.TranscriptPart(First.RowKey, 3)), Cancel);
            return;
        }

        var later = CellRows.ToEntities(partition, First.RowKey, Long(RunCells.Noon.AddSeconds(9), RunCells.Calls(2)));
        await EntityBatches.UpsertAsync(entities, TableKeys.Transcripts, later[..2], Cancel);
    }

    private static KeptConversation Kept(int turns, IReadOnlyList<ProviderCall> calls) =>
        new(new Transcript(Turns[..turns], "m", RunCells.Noon, RunCells.Noon.AddSeconds(1)), calls);

    private static ModelOutcome.Answered Answered(string text) => new(new ModelAnswer(text, "stop", "m", new TokenUsage(10, 2), "request-3"));

    /// <summary>A run of one cell with two turns that nothing works on.</summary>
    private static async Task<RunRecord> PreparedAsync(Workbench bench, LocalProgram services)
    {
        var definition = RunServer.Definition(scenarios: 1, samples: 1);
        definition = definition with { Scenarios = [definition.Scenarios[0] with { FollowUps = [new("why", "Why?")] }] };
        var id = await services.Definitions.AddAsync(definition, Cancel);
        var start = new StartRun(services.Definitions, services.Runs, services.Get<RunRules>(), (_, _) => Task.CompletedTask, services.Clock);
        var run = Assert.IsType<StartOutcome.Started>(await start.StartAsync(id, new RunOverrides(), bench.BaseUrl, Cancel)).Run;
        await services.Get<PrepareRun>().RunAsync(run.RunId, Cancel);
        return run;
    }

    private static Task<string> EvaluateAsync(LocalProgram services, RunRecord run) =>
        services.Get<EvaluateCell>().RunAsync(new CellInput(run.RunId, 0, 0, 0), Cancel);
}
