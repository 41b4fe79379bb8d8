using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Conversations;

/// <summary>Talks one cell through with its model, turn by turn, and scores what was said, by judges where the scorers want them.</summary>
internal sealed class CellConversation(
    ActiveRun active, CellAddress address, RunCatalog catalog, CellLedger ledger, JudgementStore judgements, ImageStore images, TimeProvider clock) : IDisposable
{
    private readonly List<Turn> _turns = [];
    private readonly List<ProviderCall> _calls = [];
    private readonly CancellationTokenSource _ceiling = new(Timeout.InfiniteTimeSpan, clock);
    private readonly CallPrices _prices = active.Prices[address.Variant];
    private readonly CellRequests _requests = new(active.Run, address, images);
    private readonly OutsideScores _outside = new(active, address, judgements, clock);
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
        var judged = failure is null && active.ScoresOutside && Unscorable() is null ? await _outside.ScoreAsync(item, _turns, _paid, cancellationToken) : (null, null);
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
        await _outside.TakeUpAsync(cancellationToken);
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

            await _outside.TakeUpAsync(cancellationToken);
        }
    }

    // A model that does not exist fails its own cells: the other models of the run go on.
    private bool Halts(ModelFailure failure) => failure.Outage switch
    {
        OutageKind.None => false,
        OutageKind.NotFound => active.Run.Variants.All(variant => variant.Model == active.Run.Variants[address.Variant].Model),
        _ => true,
    };

    private async Task<ModelOutcome> AskAsync(ConversationStep.Ask ask, CancellationToken cancellationToken)
    {
        if (active.Models[address.Variant] is not ProviderResolution.Resolved model)
        {
            return new ModelOutcome.Failed(((ProviderResolution.Unsupported)active.Models[address.Variant]).Failure);
        }

        ModelRequest request;
        try
        {
            request = await _requests.OfAsync(ask, model.Model, _keepsReasoning, cancellationToken);
        }
        catch (ImageException missing)
        {
            return new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.ValidationError, $"The image {missing.Message}", IsUnsent: true));
        }

        var call = await CallAsync(model.Caller, request, cancellationToken);
        _calls.AddRange(call.Attempts);
        _held += call.HeldUsd;
        if (call.Outcome is ModelOutcome.Answered(var answer))
        {
            Add(ask, answer, request.Messages, call.Attempts);
        }

        return call.Outcome;
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

    private Transcript TranscriptNow()
    {
        var now = clock.GetUtcNow();
        return new Transcript(_turns, _modelVersion, _startedAt ?? now, now);
    }

    private void Add(ConversationStep.Ask ask, ModelAnswer answer, IReadOnlyList<ChatMessage> messages, IReadOnlyList<ProviderCall> attempts)
    {
        var usage = _prices.UsageOf(answer, messages);
        _last = answer;
        _modelVersion ??= answer.ModelVersion;
        _turns.Add(new Turn(
            ask.TurnNumber,
            ask.PromptLabel,
            ask.Prompt,
            answer.Text,
            answer.FinishReason,
            usage.InputTokens,
            usage.OutputTokens,
            usage.ReasoningTokens,
            usage.CachedTokens,
            usage.IsEstimated,
            attempts[0].StartedAt,
            (long)(attempts[^1].EndedAt - attempts[0].StartedAt).TotalMilliseconds,
            _prices.AreKnown ? _prices.Of(usage) : null));
    }

    private CellRecord ToRecord(
        Scenario item, ModelFailure? failure, string? output, (IReadOnlyDictionary<string, JudgeResult>? Results, JudgeUsage? Usage) judged)
    {
        var (outcome, scores) = failure is null ? Score(item, judged.Results) : (CellOutcome.Failed, []);
        var lost = LostCalls();
        return new CellRecord(
            address,
            outcome,
            scores is [var first, ..] ? first.Value : null,
            scores,
            failure is null ? null : new CellError(failure.Code.ToWire(), failure.Message, failure.Retryable, failure.StatusCode, failure.VendorCode),
            _calls.Count,
            lost,
            Sum(turn => turn.InputTokens),
            Sum(turn => turn.OutputTokens),
            Sum(turn => turn.ReasoningTokens),
            Transcript.ModelVersion,
            _turns.LastOrDefault()?.FinishReason,
            Transcript.StartedAt,
            Transcript.CompletedAt,
            Cost(),
            _held + (lost * _paid.MostReserved),
            _turns.Any(turn => turn.TokensAreEstimated),
            output,
            outcome == CellOutcome.Scored && (_last is null ? _reused?.Cell.IsCut == true : _last.Ending == AnswerEnding.Length),
            judged.Usage,
            _reused?.From,
            _calls.Aggregate(_reused?.Cell.Adaptations ?? RequestAdaptations.None, (all, call) => all | call.Adaptations));
    }

    private (CellOutcome Outcome, IReadOnlyList<NamedScore> Scores) Score(Scenario item, IReadOnlyDictionary<string, JudgeResult>? judged)
    {
        if (Unscorable() is var (outcome, reason))
        {
            return (outcome, CellScores.None(active.Scorers, reason));
        }

        var scores = CellScores.Of(active.Run.Scorers, active.Scorers, _turns, item, judged);
        return (CellScores.OutcomeOf(scores), scores);
    }

    /// <summary>How the last answer ended decides whether there is anything to score; null when there is.</summary>
    private (CellOutcome Outcome, string Reason)? Unscorable() => _last switch
    {
        null when _reused is { Cell: { Outcome: CellOutcome.Refused or CellOutcome.Truncated } earlier } =>
            (earlier.Outcome, earlier.Scores is [{ Invalid: { } why }, ..] ? why : "There is no answer to score."),
        { Ending: AnswerEnding.Refused } refused =>
            (CellOutcome.Refused, $"The model refused to answer{(refused.EndingDetail is { } word ? $" ({word})" : "")}."),
        { Ending: AnswerEnding.Length, Text: "" } =>
            (CellOutcome.Truncated, $"The answer was cut off before any text: maxTokens{(_requests.MaxTokens is { } most ? $" is {most}" : "")}, and thoughts count too."),
        { Ending: AnswerEnding.ToolCall, Text: "" } => (CellOutcome.Invalid, "The model asked for a tool and said nothing."),
        _ => null,
    };

    /// <summary>Of the calls that earlier processes sent, those whose answers were not kept.</summary>
    private int LostCalls() => Math.Max(_kept?.LostCalls ?? 0, _paid.LeftBehind - (_kept?.Calls.Count ?? 0) - _outside.KeptCalls);

    /// <summary>Null when the model has no price.</summary>
    private decimal? Cost() => !_prices.AreKnown && _reused is null ? null : _turns.Skip(_reused?.Transcript.Turns.Count ?? 0).Sum(turn =>
        _prices.Of(new TokenUsage(turn.InputTokens, turn.OutputTokens, turn.ReasoningTokens, turn.CachedTokens)) ?? 0);

    /// <summary>Null when the vendor counted no turn at all.</summary>
    private long? Sum(Func<Turn, int?> tokens) => _turns.Any(turn => tokens(turn) is not null) ? _turns.Sum(turn => (long)(tokens(turn) ?? 0)) : null;
}
