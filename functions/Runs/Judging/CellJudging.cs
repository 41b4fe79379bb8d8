using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Judging;

/// <summary>Has one answered cell judged. Judgements that are kept are taken as they are; only what is missing is asked for, and kept at once.</summary>
/// <param name="kept">The judgements that the cell has.</param>
/// <param name="calls">Null asks nobody: only what is kept counts.</param>
/// <param name="isAskedAgain">Which judgements that failed are asked for once more.</param>
internal sealed class CellJudging(
    RunRecord run, CellAddress address, JudgeModels models, JudgementStore store, CellCalls? calls, TimeProvider clock,
    IReadOnlyCollection<KeptJudgement> kept, Func<KeptJudgement, bool> isAskedAgain)
{
    private static readonly TimeSpan Ceiling = CellCalls.Ceiling;

    private readonly Dictionary<(string Digest, int Repeat), KeptJudgement> _kept = kept.ToDictionary(judgement => (judgement.Digest, judgement.Judgement.Repeat));
    private readonly Dictionary<(string Digest, int Repeat), Task<KeptJudgement?>> _asked = [];

    /// <summary>What all judgements of the cell used, whoever asked for them.</summary>
    public JudgeUsage? Usage { get; private set; }

    /// <summary>By the scorer's name.</summary>
    /// <param name="specs">Those of the cell's scenario; only judges are looked at.</param>
    public async Task<IReadOnlyDictionary<string, JudgeResult>> JudgeAsync(
        IReadOnlyList<ScorerSpec> specs, Scenario scenario, IReadOnlyList<Turn> turns, CancellationToken cancellationToken)
    {
        var results = new Dictionary<string, JudgeResult>(StringComparer.Ordinal);
        var asked = new List<(ScorerSpec Spec, int Length, List<(string Model, Task<KeptJudgement?> Judgement)> Judgements)>();
        foreach (var spec in specs.Where(spec => spec.Judge is not null))
        {
            switch (Question(spec, scenario, turns))
            {
                case (null, var none):
                    results[spec.Name!] = new JudgeResult(none!, null);
                    break;
                case ({ } messages, _):
                    asked.Add((spec, Scorers.Find(spec.Turn, turns)!.TargetResponse.Length, [.. Ask(spec.Judge!, messages, cancellationToken)]));
                    break;
            }
        }

        // All of them come to their end, so that what is paid is kept, before the first that halts the run is heard.
        await Task.WhenAll(_asked.Values);
        foreach (var (spec, length, judgements) in asked)
        {
            results[spec.Name!] = ResultOf(
                spec.Judge!, length, [.. from one in judgements let ended = one.Judgement.Result where ended is not null select ended with { Judgement = ended.Judgement with { Model = one.Model } }]);
        }

        foreach (var judgement in _asked.Values.Select(task => task.Result).OfType<KeptJudgement>())
        {
            _kept[(judgement.Digest, judgement.Judgement.Repeat)] = judgement;
        }

        Usage = _kept.Count == 0 ? null : UsageOf(_kept.Values, run.Course.Extension);
        return results;
    }

    private static (IReadOnlyList<ConversationMessage>? Messages, Score.Invalid? None) Question(ScorerSpec spec, Scenario scenario, IReadOnlyList<Turn> turns)
    {
        if (Scorers.Find(spec.Turn, turns) is not { } judged)
        {
            return (null, Scorers.NotReached(spec.Turn, turns));
        }

        if (string.IsNullOrWhiteSpace(judged.TargetResponse))
        {
            return (null, new Score.Invalid("The answer is empty."));
        }

        try
        {
            return (JudgePrompt.For(spec.Judge!, scenario, [.. turns.TakeWhile(turn => turn.TurnNumber <= judged.TurnNumber)], spec.Reasoning == ScorerSpec.KeepReasoning), null);
        }
        catch (TemplateException problem)
        {
            return (null, new Score.Invalid(problem.Message));
        }
    }

    private IEnumerable<(string Model, Task<KeptJudgement?> Judgement)> Ask(JudgeSpec judge, IReadOnlyList<ConversationMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var model in judge.Models)
        {
            var digest = JudgePrompt.Digest(judge, NameOf(model), messages);
            for (var repeat = 0; repeat < judge.Repeats; repeat++)
            {
                var key = (digest, repeat);
                if (!_asked.TryGetValue(key, out var task))
                {
                    // Two scorers that ask the same share the answer.
                    var known = _kept.GetValueOrDefault(key);
                    task = calls is null || (known is not null && !(known.Judgement.Failed is not null && isAskedAgain(known)))
                        ? Task.FromResult(known)
                        : AskAsync(judge, calls, messages, new Judgement(model, repeat, null), digest, known, cancellationToken);
                    _asked[key] = task;
                }

                yield return (model, task);
            }
        }
    }

    // Names of one model in several ways are one judge.
    private string NameOf(string model) => models[model].Model is ProviderResolution.Resolved resolved ? $"{resolved.ProviderName}:{resolved.Model}" : model;

    private async Task<KeptJudgement?> AskAsync(
        JudgeSpec judge, CellCalls calls, IReadOnlyList<ConversationMessage> messages, Judgement judgement, string digest, KeptJudgement? failed,
        CancellationToken cancellationToken)
    {
        var (resolution, prices) = models[judgement.Model];
        if (resolution is not ProviderResolution.Resolved model)
        {
            throw new RunHaltedException(judgement.Model, ((ProviderResolution.Unsupported)resolution).Failure);
        }

        using var ceiling = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ceiling.Token);
        var attempts = new List<ProviderCall>(failed?.Calls ?? []);
        var (held, input, output) = (failed?.HeldUsd ?? 0, failed?.InputTokens ?? 0, failed?.OutputTokens ?? 0);
        string? version = null;
        string? said = null;
        var asked = messages;
        for (var round = 1; ; round++)
        {
            var id = $"{run.RunId}/{address.RowKey}/judge-{digest}-{judgement.Repeat}/{round}";
            var request = new ModelRequest(
                model.Model, [.. asked.Select(message => new ChatMessage((ChatRole)message.Role, message.Text))], id, judge.Temperature ?? 0,
                judge.MaxTokens ?? JudgeSpec.DefaultMaxTokens, judge.ReasoningEffort, new OutputSchema(JudgePrompt.SchemaName, JudgePrompt.Schema(judge)));
            PaidCall call;
            try
            {
                call = await calls.CallAsync(model.Caller, request, prices, () => ceiling.CancelAfter(Ceiling), either.Token);
            }
            catch (OperationCanceledException) when (ceiling.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return await KeepAsync(judgement with
                {
                    Failed = ModelErrorCode.Timeout.ToWire(),
                    Invalid = $"The judgement was not finished within {Ceiling.TotalSeconds:F0} s of its first call.",
                });
            }

            attempts.AddRange(call.Attempts);
            held += call.HeldUsd;
            if (call.Outcome is ModelOutcome.Failed(var failure))
            {
                // What passes with time, or by somebody's hand, pauses the run; the answer is kept, and so is every other judgement.
                if (failure.IsExhausted)
                {
                    await calls.TakeBackAsync(call.Attempts.Count(attempt => !CellCalls.MayBeCharged(attempt)));
                    throw new RunHaltedException($"judge {judgement.Model}", failure);
                }

                return await KeepAsync(judgement with { Failed = failure.Code.ToWire(), Invalid = failure.Message });
            }

            var answer = ((ModelOutcome.Answered)call.Outcome).Answer;
            var usage = prices.UsageOf(answer, request.Messages);
            (input, output) = (input + (usage.InputTokens ?? 0), output + (usage.OutputTokens ?? 0));
            (version, said) = (answer.ModelVersion, answer.Text);
            switch (Read(judge, answer))
            {
                case (JudgeVerdict.Given(var value, var criteria, var reasoning, _), _):
                    return await KeepAsync(judgement with { Value = value, Criteria = criteria, Reasoning = reasoning });
                case (JudgeVerdict.Unreadable(var reason), false) when round == 1:
                    asked = JudgePrompt.Again(messages, reason);
                    break;
                case (JudgeVerdict.Unreadable(var reason), _):
                    return await KeepAsync(judgement with { Invalid = reason });
            }
        }

        async Task<KeptJudgement> KeepAsync(Judgement ended)
        {
            var whole = new KeptJudgement(
                digest, ended, judge.Template is null ? JudgePrompt.Version : 0, ended.Value is null ? said : null, attempts, input, output, held, version, run.Course.Extension, clock.GetUtcNow());
            await store.KeepAsync(run.RunId, address, whole);
            return whole;
        }
    }

    /// <summary>The verdict, and whether asking again is of no use.</summary>
    private static (JudgeVerdict Verdict, bool IsFinal) Read(JudgeSpec judge, ModelAnswer answer) => answer switch
    {
        { Ending: AnswerEnding.Refused } => (new JudgeVerdict.Unreadable($"The judge refused to answer{(answer.EndingDetail is { } word ? $" ({word})" : "")}."), true),
        { Ending: AnswerEnding.Length, Text: "" } => (new JudgeVerdict.Unreadable(
            FormattableString.Invariant($"The judge was cut off before any text: its maxTokens is {judge.MaxTokens ?? JudgeSpec.DefaultMaxTokens}, and thoughts count too.")), true),
        _ => (VerdictReader.Read(judge, answer.Text), false),
    };

    private static JudgeResult ResultOf(JudgeSpec judge, int length, List<KeptJudgement> kept)
    {
        List<Judgement> judgements = [.. kept.Select(one => one.Judgement)];
        var names = judge.Criteria;
        var criteria = PanelScore.CriteriaOf(judge, judgements) is { } values
            ? names!.Zip(values).ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal)
            : null;
        var judged = new JudgedScore(
            judge.Template is null ? JudgePrompt.Version : 0,
            judgements.Find(judgement => judgement is { Value: not null, Reasoning.Length: > 0 }) is { } reasoned ? Excerpt(reasoned.Reasoning, JudgedScore.LongestReason) : null,
            criteria,
            [.. kept.Select(one => Once(one, kept.Count > 1))],
            kept.Exists(one => one.Calls.Any(call => call.CostUsd is null && !CellCalls.MayBeCharged(call))) ? null : kept.Sum(one => one.Calls.Sum(call => call.CostUsd ?? 0)),
            length);
        return new JudgeResult(PanelScore.Of(judge, judgements), judged);
    }

    private static JudgedOnce Once(KeptJudgement kept, bool isOneOfMany)
    {
        var (model, repeat, value, criteria, reasoning, invalid, failed) = kept.Judgement;
        var reason = isOneOfMany && reasoning.Length > 0 ? Excerpt(reasoning, JudgedScore.LongestOwnReason) : null;
        return new JudgedOnce(model, repeat, value, kept.Digest, criteria, reason, invalid is null ? null : Excerpt(invalid, JudgedScore.LongestOwnReason), failed);
    }

    private static string Excerpt(string text, int most) =>
        text.Length <= most ? text : $"{text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)]}...";

    private static JudgeUsage UsageOf(IReadOnlyCollection<KeptJudgement> judgements, int extension) => new(
        judgements.Sum(judgement => judgement.Calls.Count),
        judgements.Sum(judgement => judgement.InputTokens),
        judgements.Sum(judgement => judgement.OutputTokens),
        judgements.Sum(judgement => judgement.Calls.Sum(call => call.CostUsd ?? 0)),
        judgements.Sum(judgement => judgement.Calls.Count(call => call.CostUsd is null)),
        judgements.Sum(judgement => judgement.HeldUsd),
        extension);
}
