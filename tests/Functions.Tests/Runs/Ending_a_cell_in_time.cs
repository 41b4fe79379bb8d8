using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Models;
using FunctionsEval.Prices;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.ExternalScoring;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Runs;

public sealed class Ending_a_cell_in_time : IDisposable
{
    private static readonly Scenario Item = new(
        "s", "s", "How good?", [new FollowUp("b", "And now?"), new FollowUp("c", "And then?"), new FollowUp("d", "And at last?")]);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(70, 4, CellOutcome.Scored)]
    [InlineData(120, 2, CellOutcome.Failed)]
    public async Task A_cell_ends_300_seconds_after_its_first_call_with_the_turns_that_it_has(int secondsPerCall, int turns, CellOutcome expected)
    {
        await using var storage = StorageConnection.Open(new StorageSettings(_folder.Path));
        var (runs, ledger) = (new RunStore(storage.Entities), new CellLedger(storage.Entities, TimeProvider.System));
        using var catalogs = new ProviderCatalogs(_ => new ProviderSettings(), _clock);
        var prices = PriceTableReader.Load(null);
        var run = RunCells.Run(items: 1, models: 1, samples: 1);
        await runs.AddAsync(run, Cancel);
        var provider = new SlowProvider(_clock, TimeSpan.FromSeconds(secondsPerCall));
        using var gate = new AdaptiveConcurrency(new ConcurrencyOptions(), _clock);
        var model = new ProviderResolution.Resolved(
            "openai", "m0", provider, new ModelCaller("openai", provider, gate, new ModelCallerOptions(), _clock, new Random(1)));
        var active = new ActiveRun(run, null, [model], [Evaluation.Scoring.Scorers.Create(run.Scorers[0])], [CallPrices.Of(prices, model)], null, _clock.GetTimestamp());
        using var images = new ImageStore(storage.Entities);
        using var conversation = new CellConversation(active, new CellAddress(0, 0, 0), new RunCatalog(runs, ledger, catalogs, prices, RunExecutor.ThisProcess(), storage.Entities, new ExternalScorers(ScorerHosts.None, _clock), _clock), ledger, new JudgementStore(storage.Entities), images, _clock);

        var cell = await conversation.RunAsync(Item, Cancel);

        Assert.Equal(expected, cell.Outcome);
        Assert.Equal(turns, conversation.Transcript.Turns.Count);
        Assert.Equal(expected == CellOutcome.Failed ? "TIMEOUT" : null, cell.Error?.Code);
        Assert.Equal(expected == CellOutcome.Failed ? "The cell was not finished within 300 s of its first call." : null, cell.Error?.Message);
    }

    /// <summary>Answers after a time, unless its caller goes away meanwhile.</summary>
    private sealed class SlowProvider(FakeTimeProvider clock, TimeSpan takes) : IModelProvider
    {
        public Task<ModelOutcome> CompleteAsync(ModelRequest request, CancellationToken cancellationToken)
        {
            clock.Advance(takes);
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult<ModelOutcome>(new ModelOutcome.Answered(new ModelAnswer("3", "stop", "m", new TokenUsage(10, 2), null)));
        }
    }
}
