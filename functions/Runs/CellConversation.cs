using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Runs;

/// <summary>The run was paused or has ended, and the cell has not called its model: it is left for later.</summary>
internal sealed class RunNotActiveException(RunStatus status) : Exception($"The run is {EvalJson.Name(status)}.")
{
    public RunStatus Status => status;
}

/// <summary>Talks one cell through with its model, turn by turn, and scores what was said.</summary>
internal sealed class CellConversation(ActiveRun active, CellAddress address, RunCatalog catalog, CellLedger ledger, TimeProvider clock)
{
    private readonly List<Turn> _turns = [];
    private readonly List<ProviderCall> _calls = [];
    private DateTimeOffset? _startedAt;
    private int _sent;
    private int _lost;

    public IReadOnlyList<ProviderCall> Calls => _calls;

    public Transcript Transcript { get; private set; } = new([], null, default, default);

    public async Task<CellRecord> RunAsync(Scenario item, CancellationToken cancellationToken)
    {
        var conversation = new ProbeConversation(active.Run.Variants[address.Variant].Preamble ?? active.Run.Preamble, item, active.Run.Config.MaxTurns);
        ModelFailure? failure = null;
        string? modelVersion = null;
        while (failure is null && conversation.Next(_turns) is ConversationStep.Ask ask)
        {
            switch (await AskAsync(ask, cancellationToken))
            {
                case ModelOutcome.Answered(var answer):
                    modelVersion ??= answer.ModelVersion;
                    _turns.Add(new Turn(
                        ask.TurnNumber,
                        ask.PromptLabel,
                        ask.Prompt,
                        answer.Text,
                        answer.FinishReason,
                        answer.Usage?.InputTokens,
                        answer.Usage?.OutputTokens,
                        answer.Usage?.ReasoningTokens));
                    break;
                case ModelOutcome.Failed(var failed):
                    failure = failed;
                    break;
            }
        }

        var now = clock.GetUtcNow();
        Transcript = new Transcript(_turns, modelVersion, _startedAt ?? now, now);
        return ToRecord(item, failure);
    }

    private async Task<ModelOutcome> AskAsync(ConversationStep.Ask ask, CancellationToken cancellationToken)
    {
        if (active.Models[address.Variant] is not ProviderResolution.Resolved model)
        {
            return new ModelOutcome.Failed(((ProviderResolution.Unsupported)active.Models[address.Variant]).Failure);
        }

        var config = active.Run.Config;
        var variant = active.Run.Variants[address.Variant];
        var messages = ask.Messages.Select(message => new ChatMessage((ChatRole)message.Role, message.Text)).ToList();
        var id = $"{active.Run.RunId}/{address.RowKey}/{ask.TurnNumber}";
        var request = new ModelRequest(
            model.Model, messages, id, variant.Temperature ?? config.Temperature, variant.MaxTokens ?? config.MaxTokens, variant.ReasoningEffort);
        var result = await model.Caller.CallAsync(request, SendingAsync, cancellationToken);
        _calls.AddRange(result.Attempts);
        return result.Outcome;
    }

    /// <summary>Awaited before each attempt, once it has its place among the model's concurrent calls.</summary>
    private async ValueTask SendingAsync(int attempt, CancellationToken cancellationToken)
    {
        // Asked this late because a cell may have waited long for its place. A conversation that has begun is finished.
        if (_sent == 0 && await catalog.GetStatusAsync(active.Run.RunId, cancellationToken) is var status && !status.IsActive())
        {
            throw new RunNotActiveException(status);
        }

        // When the program stops, places are handed on to cells that will not call: they must not be counted as calls.
        cancellationToken.ThrowIfCancellationRequested();
        _lost = Math.Max(_lost, await ledger.IntendAsync(active.Run.RunId, address, ++_sent, _lost));
        _startedAt ??= clock.GetUtcNow();
    }

    private CellRecord ToRecord(Scenario item, ModelFailure? failure)
    {
        var scores = failure is null ? CellScores.Of(active.Run.Scorers, active.Scorers, _turns, item.Expected) : [];
        var outcome = failure is not null ? CellOutcome.Failed : CellScores.OutcomeOf(scores);
        return new CellRecord(
            address,
            outcome,
            scores is [var first, ..] ? first.Value : null,
            scores,
            failure is null ? null : new CellError(failure.Code.ToWire(), failure.Message, failure.Retryable, failure.StatusCode, failure.VendorCode),
            _calls.Count,
            _lost,
            Sum(turn => turn.InputTokens),
            Sum(turn => turn.OutputTokens),
            Sum(turn => turn.ReasoningTokens),
            Transcript.ModelVersion,
            _turns.LastOrDefault()?.FinishReason,
            Transcript.StartedAt,
            Transcript.CompletedAt);
    }

    /// <summary>Null when the vendor counted no turn at all.</summary>
    private long? Sum(Func<Turn, int?> tokens) => _turns.Any(turn => tokens(turn) is not null) ? _turns.Sum(turn => (long)(tokens(turn) ?? 0)) : null;
}
