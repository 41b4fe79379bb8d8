using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Pairs;

/// <summary>
/// Asks a judge which of two answers is better, in one order, and stores what it says: a cell whose score is 1 where the later variant wins, -1 where the
/// earlier one does, and 0 for a tie.
/// </summary>
internal sealed class PairJudgement(PairContext context, PairWork work, bool isSwapped, CellLedger ledger, RetriedCells retried, TimeProvider clock)
{
    private static readonly TimeSpan Ceiling = CellCalls.Ceiling;
    private static readonly TimeSpan[] StoreRetries = [.. new[] { 0.2, 0.5, 1, 2, 4 }.Select(TimeSpan.FromSeconds)];

    private readonly CellAddress _address = work.AddressOf(isSwapped);
    private readonly List<ProviderCall> _calls = [];
    private readonly List<Turn> _turns = [];
    private DateTimeOffset? _startedAt;
    private decimal _held;

    public async Task RunAsync(Scenario scenario, IReadOnlyList<Turn> earlier, IReadOnlyList<Turn> later, CancellationToken cancellationToken)
    {
        var scorer = work.Set.Scorer;
        var lengths = (Earlier: PairPrompt.AnswerOf(scorer, earlier)!, Later: PairPrompt.AnswerOf(scorer, later)!);
        if (lengths.Earlier == lengths.Later)
        {
            // What is the same to the letter is a tie: no judge can say more.
            await StoreAsync(Record(0, Details("The answers are the same.")), cancellationToken);
            return;
        }

        using var calls = new CellCalls(work.Set.RunId, _address, context.Budget, ledger, context.BeforeFirst);
        try
        {
            var messages = isSwapped ? PairPrompt.For(scorer, scenario, later, earlier) : PairPrompt.For(scorer, scenario, earlier, later);
            var record = await AskAsync(calls, messages, Details, cancellationToken);
            await StoreAsync(record, cancellationToken);
        }
        catch (TemplateException problem)
        {
            await StoreAsync(Record(null, Details("") with { Invalid = problem.Message }, calls), cancellationToken);
        }
        catch (RunInterruptedException) when (_turns.Count == 0 && calls is { Sent: > 0, LeftBehind: 0 })
        {
            // Its calls were refused or never arrived: nothing of it is lost.
            await ledger.ForgetIntentAsync(work.Set.RunId, _address);
            throw;
        }

        PairDetails Details(string reason) => new(reason, lengths.Earlier.Length, lengths.Later.Length);
    }

    private async Task<CellRecord> AskAsync(
        CellCalls calls, IReadOnlyList<ConversationMessage> messages, Func<string, PairDetails> details, CancellationToken cancellationToken)
    {
        var (resolution, prices) = context.Judges[work.Set.Model];
        if (resolution is not ProviderResolution.Resolved model)
        {
            throw new RunHaltedException($"judge {work.Set.Model}", ((ProviderResolution.Unsupported)resolution).Failure);
        }

        using var ceiling = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ceiling.Token);
        var judge = work.Set.Judge;
        var asked = messages;
        for (var round = 1; ; round++)
        {
            var request = new ModelRequest(
                model.Model, [.. asked.Select(message => new ChatMessage((ChatRole)message.Role, message.Text))], $"{work.Set.RunId}/{_address.RowKey}/{round}", judge.Temperature ?? 0,
                judge.MaxTokens ?? JudgeSpec.DefaultMaxTokens, judge.ReasoningEffort, new OutputSchema(PairPrompt.SchemaName, PairPrompt.Schema));
            PaidCall call;
            try
            {
                call = await calls.CallAsync(model.Caller, request, prices, () => Begin(ceiling), either.Token);
            }
            catch (OperationCanceledException) when (ceiling.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return Failed(new ModelFailure(ModelErrorCode.Timeout, $"The judgement was not finished within {Ceiling.TotalSeconds:F0} s of its first call."));
            }

            _calls.AddRange(call.Attempts);
            _held += call.HeldUsd;
            if (call.Outcome is ModelOutcome.Failed(var failure))
            {
                // What passes with time, or by somebody's hand, pauses the run.
                return failure.Outage == OutageKind.None ? Failed(failure) : throw new RunHaltedException($"judge {work.Set.Model}", failure);
            }

            var answer = ((ModelOutcome.Answered)call.Outcome).Answer;
            AddTurn(round, answer, call.Attempts, prices.UsageOf(answer, request.Messages));
            switch (Read(answer))
            {
                case (PairVerdict.Given(var winner, var reasoning), _):
                    return Record(isSwapped ? winner : -winner, details(reasoning), calls);
                case (PairVerdict.Unreadable(var reason), false) when round == 1:
                    asked = JudgePrompt.Again(messages, reason);
                    break;
                case (PairVerdict.Unreadable(var reason), _):
                    return Record(null, details("") with { Invalid = reason }, calls);
            }
        }

        CellRecord Failed(ModelFailure failure) => Record(null, details("") with { Invalid = failure.Message }, calls) with
        {
            Outcome = CellOutcome.Failed,
            Error = new CellError(failure.Code.ToWire(), failure.Message, failure.Retryable, failure.StatusCode, failure.VendorCode),
        };
    }

    /// <summary>The verdict, and whether asking again is of no use.</summary>
    private (PairVerdict Verdict, bool IsFinal) Read(ModelAnswer answer) => answer switch
    {
        { Ending: AnswerEnding.Refused } => (new PairVerdict.Unreadable($"The judge refused to answer{(answer.EndingDetail is { } word ? $" ({word})" : "")}."), true),
        { Ending: AnswerEnding.Length, Text: "" } => (new PairVerdict.Unreadable(
            FormattableString.Invariant($"The judge was cut off before any text: its maxTokens is {work.Set.Judge.MaxTokens ?? JudgeSpec.DefaultMaxTokens}, and thoughts count too.")), true),
        _ => (PairReader.Read(answer.Text), false),
    };

    private void Begin(CancellationTokenSource ceiling)
    {
        if (_startedAt is null)
        {
            _startedAt = clock.GetUtcNow();
            ceiling.CancelAfter(Ceiling);
        }
    }

    // The question follows from the answers and the definition, and would be their third copy.
    private void AddTurn(int round, ModelAnswer answer, IReadOnlyList<ProviderCall> attempts, TokenUsage usage) => _turns.Add(new Turn(
        round, "judge", "", answer.Text, answer.FinishReason, usage.InputTokens, usage.OutputTokens, usage.ReasoningTokens, usage.CachedTokens, usage.IsEstimated,
        attempts[0].StartedAt, (long)(attempts[^1].EndedAt - attempts[0].StartedAt).TotalMilliseconds, attempts.Sum(attempt => attempt.CostUsd)));

    private CellRecord Record(int? score, PairDetails details, CellCalls? calls = null)
    {
        var lost = calls?.LeftBehind ?? 0;
        var now = clock.GetUtcNow();
        return new CellRecord(
            _address,
            score is null ? CellOutcome.Invalid : CellOutcome.Scored,
            score,
            score is null ? [new NamedScore(work.Set.Scorer.Name!, null, details.Invalid)] : [new NamedScore(work.Set.Scorer.Name!, score)],
            null,
            _calls.Count,
            lost,
            Sum(turn => turn.InputTokens),
            Sum(turn => turn.OutputTokens),
            Sum(turn => turn.ReasoningTokens),
            null,
            _turns.LastOrDefault()?.FinishReason,
            _startedAt ?? now,
            now,
            _calls.Exists(call => call.CostUsd is null && !CellCalls.MayBeCharged(call)) ? null : _calls.Sum(call => call.CostUsd ?? 0),
            _held + (lost * (calls?.MostReserved ?? 0)),
            _turns.Exists(turn => turn.TokensAreEstimated),
            details.ToJson());
    }

    private long? Sum(Func<Turn, int?> tokens) => _turns.Exists(turn => tokens(turn) is not null) ? _turns.Sum(turn => (long)(tokens(turn) ?? 0)) : null;

    /// <summary>The judgement is paid for, so a store that is away for a moment is waited for here.</summary>
    private async Task StoreAsync(CellRecord judgement, CancellationToken cancellationToken)
    {
        var transcript = new Transcript(_turns, null, judgement.StartedAt, judgement.CompletedAt);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var earlier = await retried.EarlierCallsAsync(work.Set.AsRun(context.Run), _address, CancellationToken.None);
                await ledger.StoreJudgementAsync(context.Run.RunId, work, judgement, transcript, _calls, earlier);
                return;
            }
            catch (StorageException) when (attempt < StoreRetries.Length)
            {
                await Task.Delay(StoreRetries[attempt], clock, cancellationToken);
            }
        }
    }
}
