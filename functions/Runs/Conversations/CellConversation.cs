using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Evaluation.Triage;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Conversations;

/// <summary>Talks one cell through with its model, turn by turn, and scores what was said, by judges where the scorers want them.</summary>
internal sealed partial class CellConversation(
    ActiveRun active, CellAddress address, RunCatalog catalog, CellLedger ledger, JudgementStore judgements, ImageStore images, TimeProvider clock) : IDisposable
{
    private static readonly OutputSchema TriageSchema = new(TriagePrompt.SchemaName, TriagePrompt.Schema);

    private readonly List<Turn> _turns = [];
    private readonly List<ProviderCall> _calls = [];
    private readonly CancellationTokenSource _ceiling = new(Timeout.InfiniteTimeSpan, clock);
    private readonly CallPrices _prices = active.Prices[address.Variant];
    private readonly CellCalls _paid = new(active.Run.RunId, address, active.Budget, ledger, async token =>
    {
        if (await catalog.GetStatusAsync(active.Run.RunId, token) is var status && !status.IsActive())
        {
            throw new RunNotActiveException(status);
        }
    });

    private DateTimeOffset? _startedAt;
    private decimal _held;
    private string? _modelVersion;
    private ModelAnswer? _last;
    private KeptConversation? _kept;
    private ReusableAnswer? _reused;
    private List<KeptJudgement> _keptJudgements = [];
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
        IsKept = conversation.MaxTurns > 1 || active.ScoresOutside;
        if (_reused is { } reused)
        {
            await TakeUpAsync(reused, cancellationToken);
        }
        else if (IsKept)
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
                    if (step is ConversationStep.Ask || active.ScoresOutside)
                    {
                        // What is paid for is kept, whatever becomes of the next turn, of the scoring or of this process.
                        await ledger.KeepAsync(active.Run.RunId, address, new KeptConversation(TranscriptNow(), _calls, _held, LostCalls()));
                    }

                    break;
                case ModelOutcome.Failed(var failed):
                    failure = Halts(failed) ? throw await HaltAsync(failed) : failed;
                    break;
            }
        }

        Transcript = _calls.Count == 0 && _reused is { } whole ? whole.Transcript : TranscriptNow();
        var judged = failure is null && active.ScoresOutside && Unscorable() is null ? await ScoreOutsideAsync(item, cancellationToken) : (null, null);
        return ToRecord(item, failure, failure is null ? conversation.Output(_turns) : null, judged);
    }

    public void Dispose()
    {
        _ceiling.Dispose();
        _paid.Dispose();
    }

    /// <summary>Takes an answer of an earlier run in the place of calls.</summary>
    public void TakeOver(ReusableAnswer answer) => _reused = answer;

    private async Task TakeUpAsync(ReusableAnswer reused, CancellationToken cancellationToken)
    {
        _turns.AddRange(reused.Transcript.Turns);
        (_modelVersion, _startedAt) = (reused.Transcript.ModelVersion, reused.Transcript.StartedAt);
        if (active.Judges is not null)
        {
            _keptJudgements = await judgements.OfCellAsync(active.Run.RunId, address, cancellationToken);
        }
    }

    /// <summary>By the scorer's name: what judges, programs and services came to.</summary>
    private async Task<(IReadOnlyDictionary<string, JudgeResult>? Results, JudgeUsage? Usage)> ScoreOutsideAsync(Scenario item, CancellationToken cancellationToken)
    {
        var (results, usage) = active.Judges is { } judges ? await JudgeAsync(judges, item, cancellationToken) : (null, null);
        return active.External is { } external
            ? (await external.AddAsync(results, active.Run, active.Run.Scorers, address, item, _turns, cancellationToken), usage)
            : (results, usage);
    }

    private async Task<(IReadOnlyDictionary<string, JudgeResult>? Results, JudgeUsage? Usage)> JudgeAsync(JudgeModels judges, Scenario item, CancellationToken cancellationToken)
    {
        // A judge that failed before is asked again once the run was extended: a retry is that too.
        var judging = new CellJudging(
            active.Run, address, judges, judgements, _paid, clock, _keptJudgements, failed => failed.Extension < active.Run.Course.Extension);
        var results = await judging.JudgeAsync(item.ScorersOf(active.Run.Scorers), item, _turns, cancellationToken);
        return (results, judging.Usage);
    }

    /// <summary>Takes up what an earlier execution of this cell was answered.</summary>
    private async Task ContinueAsync(ICellConversation conversation, CancellationToken cancellationToken)
    {
        if (await ledger.FindKeptAsync(active.Run.RunId, address, cancellationToken) is { Transcript: { Turns.Count: > 0 } said } kept
            && said.Turns.Count <= conversation.MaxTurns)
        {
            _turns.AddRange(said.Turns);
            _calls.AddRange(kept.Calls);
            (_kept, _held, _modelVersion, _startedAt) = (kept, kept.HeldUsd, said.ModelVersion, said.StartedAt);
            if (kept.Calls.Select(call => call.Outcome).OfType<ModelOutcome.Answered>().LastOrDefault() is { Answer: var last })
            {
                // The calls are kept without the texts, which the turns have.
                _last = last with { Text = said.Turns[^1].TargetResponse };
            }

            if (active.Judges is not null)
            {
                _keptJudgements = await judgements.OfCellAsync(active.Run.RunId, address, cancellationToken);
            }
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
        var messages = new List<ChatMessage>(ask.Messages.Count);
        try
        {
            foreach (var message in ask.Messages)
            {
                messages.Add(new ChatMessage((ChatRole)message.Role, message.Text, await ImagesOfAsync(message, cancellationToken)));
            }
        }
        catch (ImageException missing)
        {
            return new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.ValidationError, $"The image {missing.Message}", IsUnsent: true));
        }

        var id = $"{active.Run.RunId}/{address.RowKey}/{ask.TurnNumber}";
        var request = new ModelRequest(
            model.Model, messages, id, variant.Temperature ?? config.Temperature, MaxTokens, variant.ReasoningEffort,
            active.Run.IsTriage ? TriageSchema : null, KeepReasoning: _keepsReasoning, TopP: config.TopP, Seed: config.Seed, Stop: config.Stop,
            ResponseFormat: config.ResponseFormat, Extra: config.Extra);
        var call = await CallAsync(model.Caller, request, cancellationToken);
        _calls.AddRange(call.Attempts);
        _held += call.HeldUsd;
        if (call.Outcome is ModelOutcome.Answered(var answer))
        {
            Add(ask, answer, messages, call.Attempts);
        }

        return call.Outcome;
    }

    private async ValueTask<IReadOnlyList<ChatImage>?> ImagesOfAsync(ConversationMessage message, CancellationToken cancellationToken)
    {
        if (message.Images is not { } shown)
        {
            return null;
        }

        var sent = new List<ChatImage>(shown.Count);
        foreach (var image in shown)
        {
            sent.Add(image.IsUrl
                ? new ChatImage(image.Name)
                : new ChatImage(null, image.MediaType, await images.GetAsync(image, cancellationToken), image.Width, image.Height));
        }

        return sent;
    }

    private async Task<PaidCall> CallAsync(ModelCaller caller, ModelRequest request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ceiling.Token);
        try
        {
            return await _paid.CallAsync(caller, request, _prices, HasBegun, either.Token);
        }
        catch (BetweenAttemptsException stopped) when (cancellationToken.IsCancellationRequested && !stopped.Attempts.Any(CellCalls.MayBeCharged))
        {
            await PutOffAsync();
            throw;
        }
        catch (OperationCanceledException) when (_ceiling.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var failure = new ModelFailure(ModelErrorCode.Timeout, $"The cell was not finished within {CellCalls.Ceiling.TotalSeconds:F0} s of its first call.");
            return new PaidCall(new ModelOutcome.Failed(failure), [], 0);
        }
    }

    private void HasBegun()
    {
        if (_paid.Sent == 1)
        {
            _ceiling.CancelAfter(CellCalls.Ceiling);
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
        if (_turns.Count == 0 && _paid is { Sent: > 0, LeftBehind: 0 })
        {
            await ledger.ForgetIntentAsync(active.Run.RunId, address);
        }
    }
}
