using System.Text.Json;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.ExternalScoring;

/// <summary>What a program or a service is given of an answer, as JSON.</summary>
/// <param name="Answer">Of the turn that is scored, without thoughts unless the scorer keeps them.</param>
/// <param name="Expected">Any of these will do.</param>
/// <param name="Turns">Up to that turn.</param>
public sealed record ScorerInput(
    string Scorer, string Answer, IReadOnlyList<string> Expected, ScoredScenario Scenario, string Variant, string Model, int Sample, IReadOnlyList<ScoredTurn> Turns);

public sealed record ScoredScenario(string Id, string Name, IReadOnlyList<string> Tags, IReadOnlyDictionary<string, JsonElement>? Vars);

public sealed record ScoredTurn(string Prompt, string Answer);

/// <summary>What a program or a service came to: the JSON that it answered, or why it answered none.</summary>
internal readonly record struct ScorerReply(ReadOnlyMemory<byte> Json, string? Problem)
{
    /// <summary>The most bytes that are read.</summary>
    public const int MaxBytes = 1024 * 1024;

    public static ScorerReply Failed(string problem) => new(default, problem);
}

/// <summary>
/// Has answers scored by programs and services. Whatever goes wrong with them is an invalid score with the reason: the answer is paid for and stays. Not more
/// are asked at once than this machine, or a service, can bear.
/// </summary>
public sealed class ExternalScorers(ScorerHosts hosts, TimeProvider clock) : IDisposable
{
    private const int RequestsAtOnce = 16;
    private const int LongestReason = 200;

    private readonly SemaphoreSlim _programs = new(Math.Max(2, Environment.ProcessorCount));
    private readonly SemaphoreSlim _requests = new(RequestsAtOnce);
    private readonly HttpScorer _http = new(clock);

    /// <summary>Adds the scores of programs and services to those of judges; what there was where no scorer is one.</summary>
    /// <param name="commandFolder">Null is as the run has it.</param>
    internal async Task<IReadOnlyDictionary<string, JudgeResult>?> AddAsync(
        IReadOnlyDictionary<string, JudgeResult>? others, RunRecord run, IReadOnlyList<ScorerSpec> specs, CellAddress address, Scenario scenario, IReadOnlyList<Turn> turns,
        CancellationToken cancellationToken, string? commandFolder = null)
    {
        var external = specs.Where(spec => spec.External is not null).ToList();
        if (external.Count == 0)
        {
            return others;
        }

        var results = others is null ? [] : new Dictionary<string, JudgeResult>(others, StringComparer.Ordinal);
        var scores = await Task.WhenAll(external.Select(spec => ScoreAsync(run, spec, address, scenario, turns, commandFolder ?? run.Calls.CommandFolder, cancellationToken)));
        foreach (var (spec, score) in external.Zip(scores))
        {
            results[spec.Name!] = new JudgeResult(score, null);
        }

        return results;
    }

    public void Dispose()
    {
        _programs.Dispose();
        _requests.Dispose();
        _http.Dispose();
    }

    private async Task<Score> ScoreAsync(
        RunRecord run, ScorerSpec spec, CellAddress address, Scenario scenario, IReadOnlyList<Turn> turns, string? commandFolder, CancellationToken cancellationToken)
    {
        if (Scorers.Find(spec.Turn, turns) is not { } turn)
        {
            return Scorers.NotReached(spec.Turn, turns);
        }

        var keeps = spec.Reasoning == ScorerSpec.KeepReasoning;
        var answer = TextOf(turn);
        if (string.IsNullOrWhiteSpace(answer))
        {
            return new Score.Invalid("The answer is empty.");
        }

        var variant = run.Variants[address.Variant];
        var input = JsonSerializer.SerializeToUtf8Bytes(
            new ScorerInput(
                spec.Name!, answer, scenario.AllExpected(), new ScoredScenario(scenario.Id, scenario.Name, scenario.Tags ?? [], scenario.Vars), variant.Name, variant.Model, address.Sample,
                [.. turns.TakeWhile(one => one.TurnNumber <= turn.TurnNumber).Select(one => new ScoredTurn(one.ProbePrompt, TextOf(one)))]),
            ExternalScoringJson.Context.ScorerInput);
        var reply = await AskAsync(spec.External!, input, commandFolder, cancellationToken);
        return reply.Problem is { } problem ? new Score.Invalid(problem) : Read(spec, reply.Json);

        string TextOf(Turn one) => keeps ? one.TargetResponse : AnswerText.WithoutThoughts(one.TargetResponse).Trim();
    }

    private async Task<ScorerReply> AskAsync(ExternalSpec external, byte[] input, string? commandFolder, CancellationToken cancellationToken)
    {
        var gate = external.Command is null ? _requests : _programs;
        await gate.WaitAsync(cancellationToken);
        try
        {
            return external switch
            {
                { Url: { } url } => hosts.Allows(new Uri(url))
                    ? await _http.AskAsync(new Uri(url), input, TimeSpan.FromSeconds(external.TimeoutSeconds), cancellationToken)
                    : ScorerReply.Failed($"The host '{new Uri(url).Authority}' is not listed in {ScorerHosts.Variable}."),
                { Command: { } command } when commandFolder is not null =>
                    await CommandProgram.RunAsync(command, commandFolder, input, TimeSpan.FromSeconds(external.TimeoutSeconds), clock, cancellationToken),
                _ => ScorerReply.Failed("Only a run of the command line may start programs."),
            };
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>A number, true or false; or an object with <c>score</c>, <c>pass</c> or <c>invalid</c>.</summary>
    private static Score Read(ScorerSpec spec, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var value = document.RootElement;
            if (value.ValueKind == JsonValueKind.Object)
            {
                if (value.TryGetProperty("invalid", out var why) && why.ValueKind == JsonValueKind.String)
                {
                    return new Score.Invalid(Cut(why.GetString()!));
                }

                value = value.TryGetProperty("score", out var score) ? score : value.TryGetProperty("pass", out var pass) ? pass : default;
            }

            double? number = value.ValueKind switch { JsonValueKind.Number => value.GetDouble(), JsonValueKind.True => 1, JsonValueKind.False => 0, _ => null };
            var (min, max) = (spec.Min ?? 0, spec.Max ?? 1);
            return number is not { } given ? new Score.Invalid($"The scorer must answer a number, true or false, or an object with score, pass or invalid, but answered {Cut(System.Text.Encoding.UTF8.GetString(json.Span))}")
                : !(given >= min && given <= max) ? new Score.Invalid(FormattableString.Invariant($"The scorer must score from {min} to {max}, but scored {given}."))
                : new Score.Valued(spec.Not ? 1 - given : given);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            return new Score.Invalid(json.IsEmpty ? "The scorer answered nothing, but must answer JSON." : $"The scorer must answer JSON, but answered {Cut(System.Text.Encoding.UTF8.GetString(json.Span))}");
        }
    }

    internal static string Cut(string text)
    {
        text = text.Trim();
        return text.Length <= LongestReason ? text : $"{text[..(char.IsHighSurrogate(text[LongestReason - 1]) ? LongestReason - 1 : LongestReason)]}...";
    }
}
