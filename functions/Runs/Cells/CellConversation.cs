using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Evaluation.Triage;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Budget;

namespace FunctionsEval.Runs.Cells;

/// <summary>Talks one cell through with its model, turn by turn, and scores what was said.</summary>
internal sealed partial class CellConversation(ActiveRun active, CellAddress address, RunCatalog catalog, CellLedger ledger, TimeProvider clock) : IDisposable
{
    /// <summary>From the first attempt of a cell to its last answer.</summary>
    internal static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(300);

    private static readonly OutputSchema TriageSchema = new(TriagePrompt.SchemaName, TriagePrompt.Schema);

    private readonly List<Turn> _turns = [];
    private readonly List<ProviderCall> _calls = [];
    private readonly CancellationTokenSource _ceiling = new(Timeout.InfiniteTimeSpan, clock);
    private readonly CallPrices _prices = active.Prices[address.Variant];
    private DateTimeOffset? _startedAt;
    private decimal _reserved;
    private decimal _held;
    private string? _modelVersion;
    private ModelAnswer? _last;
    private int _sent;
    private int _lost;
    private KeptConversation? _kept;
    private bool _keepsReasoning;

    public IReadOnlyList<ProviderCall> Calls => _calls;

    public Transcript Transcript { get; private set; } = new([], null, default, default);

    /// <summary>True when another process may take it up where this one ended.</summary>
    public bool IsKept { get; private set; }

    public async Task<CellRecord> RunAsync(Scenario item, CancellationToken cancellationToken)
    {
        var conversation = CellConversations.Of(active, address.Variant, item);

        // Scorers that do not want the thoughts take them off themselves.
        _keepsReasoning = item.ScorersOf(active.Run.Scorers).Any(spec => spec.Reasoning == ScorerSpec.KeepReasoning);
        IsKept = conversation.MaxTurns > 1;
        if (IsKept)
        {
            await ContinueAsync(conversation, cancellationToken);
        }

        ModelFailure? failure = null;
        var step = conversation.Next(_turns);
        while (failure is null && step is ConversationStep.Ask ask)
        {
            switch (await AskAsync(ask, cancellationToken))
            {
                case ModelOutcome.Answered:
                    step = conversation.Next(_turns);
                    if (step is ConversationStep.Ask)
                    {
                        // What is paid for is kept, whatever becomes of the next turn or of this process.
                        await ledger.KeepAsync(active.Run.RunId, address, new KeptConversation(TranscriptNow(), _calls, _held, LostCalls()));
                    }

                    break;
                case ModelOutcome.Failed(var failed):
                    failure = Halts(failed) ? throw await HaltAsync(failed) : failed;
                    break;
            }
        }

        Transcript = TranscriptNow();
        return ToRecord(item, failure, failure is null ? conversation.Output(_turns) : null);
    }

    public void Dispose() => _ceiling.Dispose();

    /// <summary>Takes up what an earlier execution of this cell was answered.</summary>
    private async Task ContinueAsync(ICellConversation conversation, CancellationToken cancellationToken)
    {
        if (await ledger.FindKeptAsync(active.Run.RunId, address, cancellationToken) is { Transcript: { Turns.Count: > 0 } said } kept
            && said.Turns.Count <= conversation.MaxTurns)
        {
            _turns.AddRange(said.Turns);
            _calls.AddRange(kept.Calls);
            (_kept, _held, _modelVersion, _startedAt) = (kept, kept.HeldUsd, said.ModelVersion, said.StartedAt);
        }
    }

    // A model that does not exist fails its own cells: the other models of the run go on.
    private bool Halts(ModelFailure failure) => failure.Outage switch
    {
        OutageKind.None => false,
        OutageKind.NotFound => active.Run.Variants.All(variant => variant.Model == active.Run.Variants[address.Variant].Model),
        _ => true,
    };

    private int? MaxTokens => active.Run.Variants[address.Variant].MaxTokens ?? active.Run.Calls.Config.MaxTokens;

    private async Task<ModelOutcome> AskAsync(ConversationStep.Ask ask, CancellationToken cancellationToken)
    {
        if (active.Models[address.Variant] is not ProviderResolution.Resolved model)
        {
            return new ModelOutcome.Failed(((ProviderResolution.Unsupported)active.Models[address.Variant]).Failure);
        }

        var config = active.Run.Calls.Config;
        var variant = active.Run.Variants[address.Variant];
        var messages = ask.Messages.Select(message => new ChatMessage((ChatRole)message.Role, message.Text)).ToList();
        var id = $"{active.Run.RunId}/{address.RowKey}/{ask.TurnNumber}";
        var request = new ModelRequest(
            model.Model, messages, id, variant.Temperature ?? config.Temperature, MaxTokens, variant.ReasoningEffort,
            active.Run.IsTriage ? TriageSchema : null, KeepReasoning: _keepsReasoning, TopP: config.TopP, Seed: config.Seed, Stop: config.Stop,
            ResponseFormat: config.ResponseFormat, Extra: config.Extra);
        _reserved = active.Budget is null ? 0 : _prices.AtMost(request);

        // A failed attempt may have been charged all the same, so the whole call is settled by what its attempts may have cost.
        if (active.Budget is { } budget && !await budget.ReserveAsync(_reserved, cancellationToken))
        {
            throw new RunStoppedException(budget.Cap);
        }

        var (cost, held) = (0m, 0m);
        try
        {
            var result = await CallAsync(model.Caller, request, cancellationToken);
            (cost, held) = Record(result.Attempts, messages);
            if (result.Outcome is ModelOutcome.Answered(var answer))
            {
                Add(ask, answer, messages, result.Attempts);
            }

            return result.Outcome;
        }
        finally
        {
            _held += held;
            active.Budget?.Settle(_reserved, cost + held);
        }
    }

    private async Task<ModelCallResult> CallAsync(ModelCaller caller, ModelRequest request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ceiling.Token);
        try
        {
            return await caller.CallAsync(request, SendingAsync, either.Token);
        }
        catch (BetweenAttemptsException stopped) when (cancellationToken.IsCancellationRequested && !stopped.Attempts.Any(MayBeCharged))
        {
            await PutOffAsync();
            throw;
        }
        catch (OperationCanceledException) when (_ceiling.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var failure = new ModelFailure(ModelErrorCode.Timeout, $"The cell was not finished within {Ceiling.TotalSeconds:F0} s of its first call.");
            return new ModelCallResult(new ModelOutcome.Failed(failure), []);
        }
    }

    /// <summary>Keeps the attempts with what each cost; gives the sum, and what those may have cost of which nobody knows.</summary>
    private (decimal Cost, decimal Held) Record(IReadOnlyList<ProviderCall> attempts, IReadOnlyList<ChatMessage> messages)
    {
        var (cost, held) = (0m, 0m);
        foreach (var attempt in attempts)
        {
            var known = _prices.Of(attempt.Outcome, messages);
            held += MayBeCharged(attempt) ? _reserved : 0;
            cost += known ?? 0;
            _calls.Add(attempt with { CostUsd = known });
        }

        return (cost, held);
    }

    /// <summary>Awaited before each attempt, once it has its place among the model's concurrent calls.</summary>
    private async ValueTask SendingAsync(int attempt, CancellationToken cancellationToken)
    {
        // Asked this late because a cell may have waited long for its place. A conversation that has begun goes on to its end.
        if (_sent == 0 && await catalog.GetStatusAsync(active.Run.RunId, cancellationToken) is var status && !status.IsActive())
        {
            throw new RunNotActiveException(status);
        }

        if (active.Budget is { } budget && !await budget.ConfirmAsync(cancellationToken))
        {
            throw new RunStoppedException(budget.Cap);
        }

        // When the program stops, places are handed on to cells that will not call: they must not be counted as calls.
        cancellationToken.ThrowIfCancellationRequested();
        _lost = Math.Max(_lost, await ledger.IntendAsync(active.Run.RunId, address, ++_sent, _lost, _reserved));
        if (_sent == 1)
        {
            _ceiling.CancelAfter(Ceiling);
        }

        _startedAt ??= clock.GetUtcNow();
    }

    /// <summary>The calls of a cell that is put off were refused or never arrived: nothing of it is lost, and it is called anew.</summary>
    private async Task<RunHaltedException> HaltAsync(ModelFailure failure)
    {
        await PutOffAsync();
        return new RunHaltedException(active.Run.Variants[address.Variant].Model, failure);
    }

    private async Task PutOffAsync()
    {
        // The intent also counts what earlier processes lost.
        if (_turns.Count == 0 && _sent > 0 && _lost == 0)
        {
            await ledger.ForgetIntentAsync(active.Run.RunId, address);
        }
    }

    private static bool MayBeCharged(ProviderCall attempt) => attempt.Outcome is ModelOutcome.Failed(var failure) && CallPrices.MayBeCharged(failure);
}
