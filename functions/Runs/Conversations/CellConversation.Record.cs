using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Runs.Conversations;

/// <summary>What was said and what it cost, as it is stored.</summary>
internal sealed partial class CellConversation
{
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
            (CellOutcome.Truncated, $"The answer was cut off before any text: maxTokens{(MaxTokens is { } most ? $" is {most}" : "")}, and thoughts count too."),
        { Ending: AnswerEnding.ToolCall, Text: "" } => (CellOutcome.Invalid, "The model asked for a tool and said nothing."),
        _ => null,
    };

    /// <summary>Of the calls that earlier processes sent, those whose answers were not kept.</summary>
    private int LostCalls() => Math.Max(_kept?.LostCalls ?? 0, _paid.LeftBehind - (_kept?.Calls.Count ?? 0) - _keptJudgements.Sum(judgement => judgement.Calls.Count));

    /// <summary>Null when the model has no price.</summary>
    private decimal? Cost() => !_prices.AreKnown && _reused is null ? null : _turns.Skip(_reused?.Transcript.Turns.Count ?? 0).Sum(turn =>
        _prices.Of(new TokenUsage(turn.InputTokens, turn.OutputTokens, turn.ReasoningTokens, turn.CachedTokens)) ?? 0);

    /// <summary>Null when the vendor counted no turn at all.</summary>
    private long? Sum(Func<Turn, int?> tokens) => _turns.Any(turn => tokens(turn) is not null) ? _turns.Sum(turn => (long)(tokens(turn) ?? 0)) : null;
}
