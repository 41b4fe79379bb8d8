using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Judging;

/// <summary>Answers of two variants compared by judges, against models over HTTP whose answers are written here.</summary>
public sealed partial class Judging_pairs : IAsyncLifetime
{
    private const string Scorer = "{ type: pairwise, name: preferred, model: 'openai-compatible:judge', rubric: 'Which is kinder?' }";

    private Func<ScriptedCall, ScriptedAnswer> _judge = Longer;
    private Func<ScriptedCall, ScriptedAnswer> _answer = Answer;
    private Workbench _bench = null!;
    private ScriptedModels _models = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bench = await Workbench.CreateAsync();
        _models = await ScriptedModels.StartAsync(call => call.Model.StartsWith("judge", StringComparison.Ordinal) ? _judge(call) : _answer(call));
    }

    public async ValueTask DisposeAsync()
    {
        await _models.DisposeAsync();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task A_preference_that_survives_the_swap_is_a_win()
    {
        var result = await RunAsync(Yaml(12));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((48L, 24L), Calls(result.Json));
        var pair = Pair(result.Json);
        Assert.Equal((12, 0, 0, 1.0, "better"), (pair.Wins, pair.Ties, pair.Losses, pair.Net, pair.Verdict));
        Assert.Equal("openai-compatible:kind is preferred to openai-compatible:plain: 12 wins, 0 ties, 0 losses; net +100 points (95%: +56 to +100), 12 scenarios, p < 0.001.", Rounded(pair.Summary));
        var judge = Pairwise(result.Json).GetProperty("position")[0];
        Assert.Equal((12, 0, 0.0), (judge.GetProperty("votes").GetInt32(), judge.GetProperty("flips").GetInt32(), judge.GetProperty("lean").GetDouble()));

        // A gate holds the preference of two variants of one run, from either side.
        var id = result.Json.GetProperty("runId").GetString()!;
        var pass = await GateAsync(id, "kind", "plain");
        var regress = await GateAsync(id, "plain", "kind");
        var other = await _bench.CommandAsync(["gate", id, "--baseline", id, "--metric", "preferred", "--margin", "0.1", "--data", _bench.Data], Cancel);
        Assert.Equal((0, "pass", 1.0), (pass.ExitCode, pass.Json.GetProperty("checks")[0].GetProperty("outcome").GetString(), pass.Json.GetProperty("checks")[0].GetProperty("effect").GetDouble()));
        Assert.Equal((10, "regress", -1.0), (regress.ExitCode, regress.Json.GetProperty("checks")[0].GetProperty("outcome").GetString(), regress.Json.GetProperty("checks")[0].GetProperty("effect").GetDouble()));
        Assert.Contains("would be compared with itself", other.Error, StringComparison.Ordinal);

        var (run, calls) = await CallsAsync();
        Assert.Equal(24, calls.Count(call => call.Purpose == "judge"));
        Assert.Equal(48, calls.Select(call => call.Id).Distinct().Count());
        var (_, paged) = await CallsAsync(page: 7);
        Assert.Equal((0, 24), (run.Scorers.Count, paged.Count(call => call.Purpose == "judge")));
        var asked = _models.Calls.Where(call => call.Model == "judge").ToList();
        Assert.All(asked, call => Assert.DoesNotMatch("openai|plain|kind:", string.Concat(call.Messages)));
        Assert.Equal(12, asked.Count(call => Shown(call).A.Length > Shown(call).B.Length));
    }

    [Fact]
    public async Task A_judge_that_takes_whatever_comes_first_finds_no_winner_and_is_found_out()
    {
        _judge = _ => new ScriptedAnswer("""{"reasoning": "The first one.", "winner": "A"}""");

        var result = await RunAsync(Yaml(12));

        var pair = Pair(result.Json);
        Assert.Equal((0, 12, 0, "inconclusive"), (pair.Wins, pair.Ties, pair.Losses, pair.Verdict));
        var judge = Pairwise(result.Json).GetProperty("position")[0];
        Assert.Equal((12, 1.0, 1.0), (judge.GetProperty("flips").GetInt32(), judge.GetProperty("flipRate").GetDouble(), judge.GetProperty("lean").GetDouble()));
        var shown = await _bench.CommandAsync(["show", "latest", "--data", _bench.Data], Cancel);
        Assert.Contains("leans to the answer that is shown first, by 100 points", Rounded(shown.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_answer_twice_is_a_tie_that_nobody_is_paid_for()
    {
        _answer = _ => new ScriptedAnswer("Good day.");

        var result = await RunAsync(Yaml(3));

        Assert.Equal((6L, 0L), Calls(result.Json));
        var pair = Pair(result.Json);
        Assert.Equal((0, 3, 0), (pair.Wins, pair.Ties, pair.Losses));
        Assert.Equal(0, Pairwise(result.Json).GetProperty("position")[0].GetProperty("votes").GetInt32());
    }

    [Fact]
    public async Task Where_a_cell_has_no_answer_there_is_no_pair_until_it_is_called_again()
    {
        _answer = call => call.Last.Contains("case 2,", StringComparison.Ordinal) && call.Model == "kind" ? new ScriptedAnswer("too long", Status: 400) : Answer(call);
        var first = await RunAsync(Yaml(4));
        _answer = Answer;

        var retried = await _bench.CommandAsync(["retry", "latest", "--data", _bench.Data, "--json"], Cancel);

        Assert.Equal((3, 1, 0, 6), Counted(first.Json, judges: 6));
        Assert.True(retried.ExitCode == 0, retried.Error);
        Assert.Equal((4, 0, 0, 8), Counted(retried.Json, judges: 8));
        Assert.Equal(8, _models.CountOf("judge"));
    }

    [Fact]
    public async Task Judgements_that_cannot_be_read_or_made_are_counted_and_leave_the_pair_open()
    {
        _judge = call => Shown(call) is var (a, b) && (a + b).Contains("case 0,", StringComparison.Ordinal) ? new ScriptedAnswer("Both are fine.")
            : (a + b).Contains("case 1,", StringComparison.Ordinal) ? new ScriptedAnswer("too long", Status: 400)
            : Longer(call);

        var result = await RunAsync(Yaml(4));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((2, 0, 2, 10), Counted(result.Json, judges: 10));
        var judge = Pairwise(result.Json).GetProperty("position")[0];
        Assert.Equal((2, 2, 2), (judge.GetProperty("votes").GetInt32(), judge.GetProperty("invalid").GetInt32(), judge.GetProperty("failed").GetInt32()));
        Assert.Contains("could not be used: The judge's answer cannot be read: it has no JSON and does not name a winner", _models.Calls.First(call => call.Last.Contains("could not be used", StringComparison.Ordinal)).Last, StringComparison.Ordinal);

        // What failed is asked for again with a retry; what was said and cannot be read is not.
        _judge = Longer;
        var retried = await _bench.CommandAsync(["retry", "latest", "--data", _bench.Data, "--json"], Cancel);

        Assert.True(retried.ExitCode == 0, retried.Error);
        Assert.Equal((3, 0, 1, 12), Counted(retried.Json, judges: 12));
    }

    [Fact]
    public async Task A_judge_that_lets_nobody_in_pauses_the_run_and_nothing_is_asked_for_twice()
    {
        _judge = _ => new ScriptedAnswer("wrong key", Status: 401);
        var paused = await RunAsync(Yaml(5));
        var (answers, refused) = (_models.Calls.Count(call => call.Model != "judge"), _models.CountOf("judge"));
        _judge = Longer;

        var resumed = await _bench.CommandAsync(["resume", "--data", _bench.Data, "--json"], Cancel);

        Assert.Equal(3, paused.ExitCode);
        Assert.Contains("the run was paused: judge openai-compatible:judge: AUTH_ERROR", paused.Error, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal((10, 10), (answers, _models.CountOf("judge") - refused));
        Assert.Equal(5, Pair(resumed.Json).Wins);
    }

    [Fact]
    public async Task Rescoring_and_extending_ask_for_what_is_missing_alone()
    {
        await RunAsync(Yaml(3, scorers: "{ type: contains, value: case }"));
        var file = _bench.Write("pairs.yaml", Yaml(3, scorers: $"{{ type: contains, value: case }}, {Scorer}"));

        var rescored = await _bench.CommandAsync(["rescore", "latest", file, "--data", _bench.Data, "--json"], Cancel);
        var again = await _bench.CommandAsync(["rescore", "latest", file, "--data", _bench.Data, "--json"], Cancel);
        var asked = _models.CountOf("judge");
        var renamed = _bench.Write("renamed.yaml", Yaml(3, scorers: $"{{ type: contains, value: case }}, {Scorer.Replace("preferred", "nicer", StringComparison.Ordinal)}"));
        var other = await _bench.CommandAsync(["rescore", "latest", renamed, "--data", _bench.Data, "--json"], Cancel);
        var extended = await _bench.CommandAsync(["extend", "latest", "--samples", "2", "--data", _bench.Data, "--json"], Cancel);

        Assert.True(rescored.ExitCode == 0, rescored.Error);
        Assert.Equal(((12L, 6L), (12L, 6L), 6), (Calls(rescored.Json), Calls(again.Json), asked));
        Assert.Equal((3, "nicer", (12L, 6L)), (Pair(other.Json).Wins, Pairwise(other.Json).GetProperty("scorer").GetString(), Calls(other.Json)));
        Assert.True(extended.ExitCode == 0, extended.Error);
        Assert.Equal((6, (24L, 12L)), (Pair(extended.Json).Wins, Calls(extended.Json)));
        Assert.Equal((12, 12), (_models.CountOf("judge"), _models.Calls.Count(call => call.Model != "judge")));
    }

    [Fact]
    public async Task A_panel_decides_by_majority_and_each_judge_is_asked_as_often_as_is_said()
    {
        // Two like the longer answer, one the shorter; the fourth call of each pair is the second repeat.
        _judge = call => call.Model == "judge-c" ? new ScriptedAnswer(Say(Shown(call).A.Length < Shown(call).B.Length)) : Longer(call);

        var result = await RunAsync(Yaml(2, scorers: "{ type: pairwise, models: ['openai-compatible:judge-a', 'openai-compatible:judge-b', 'openai-compatible:judge-c'], repeats: 2, rubric: r }"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((2, 0, 0, 24), Counted(result.Json, judges: 24));
        Assert.Equal(
            ["openai-compatible:judge-a", "openai-compatible:judge-b", "openai-compatible:judge-c"],
            Pairwise(result.Json).GetProperty("position").EnumerateArray().Select(judge => judge.GetProperty("judge").GetString()));
    }

    [Fact]
    public async Task Three_variants_are_ranked_and_the_estimate_counts_what_judges_are_asked()
    {
        var yaml = Yaml(10, ["plain", "kind", "kinder"], Scorer.Replace("rubric", "pairs: all, rubric", StringComparison.Ordinal));
        var file = _bench.Write("three.yaml", yaml);
        var estimate = await _bench.CommandAsync(["estimate", file, "--base-url", _models.BaseUrl, "--data", _bench.Data, "--json"], Cancel);

        var result = await RunAsync(yaml);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((90L, 60L), Calls(result.Json));
        Assert.Equal(90, estimate.Json.GetProperty("calls").GetInt64());
        var ranking = Pairwise(result.Json).GetProperty("ranking");
        Assert.Equal(
            ["openai-compatible:kinder", "openai-compatible:kind", "openai-compatible:plain"],
            ranking.GetProperty("variants").EnumerateArray().Select(one => one.GetProperty("variant").GetString()));
        Assert.Equal(3, Pairwise(result.Json).GetProperty("pairs").GetArrayLength());
        foreach (var format in new[] { "md", "html" })
        {
            var export = await _bench.CommandAsync(["export", "latest", "--format", format, "--data", _bench.Data], Cancel);
            Assert.Contains("is preferred to", export.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Judges_spend_the_budget_of_the_run_and_go_on_when_there_is_more()
    {
        // A call of a judge costs $0.12; reserved for it are its question and 50 tokens.
        _bench.Environment["FUNCTIONSEVAL_PRICES"] = _bench.Write("prices.yaml", """
            version: 2026-11-21
            vendors:
              openai-compatible:
                asOf: 2026-11-21
                source: made up
                models:
                  plain: { input: 10, output: 10 }
                  kind: { input: 10, output: 10 }
                  judge: { input: 1000, output: 1000 }
            """);
        var yaml = Yaml(4, scorers: Scorer.Replace("rubric", "maxTokens: 50, rubric", StringComparison.Ordinal)) + "config: { maxTokens: 50 }\nbudget: { maxUsd: 0.9 }\n";

        var spent = await RunAsync(yaml);
        var asked = _models.CountOf("judge");
        var extended = await _bench.CommandAsync(["extend", "latest", "--budget", "9", "--data", _bench.Data, "--json"], Cancel);

        Assert.Equal("budget", spent.Json.GetProperty("stopReason").GetString());
        Assert.InRange(asked, 1, 7);
        Assert.Equal((asked, 0.12m * asked), ((int)Calls(spent.Json).Judges, spent.Json.GetProperty("cost").GetProperty("judgeUsd").GetDecimal()));
        Assert.InRange(spent.Json.GetProperty("cost").GetProperty("usd").GetDecimal(), 0.12m * asked, 0.9m);
        Assert.True(extended.ExitCode == 0, extended.Error);
        Assert.Equal((8, 4), (_models.CountOf("judge"), Pair(extended.Json).Wins));
        Assert.Equal((0.96m, 0.96m + (8 * 0.0012m)), (extended.Json.GetProperty("cost").GetProperty("judgeUsd").GetDecimal(), extended.Json.GetProperty("cost").GetProperty("usd").GetDecimal()));
    }

    [Fact]
    public async Task Judgements_are_deleted_with_their_run()
    {
        await RunAsync(Yaml(2));
        Assert.True(await RowsAsync() > 0);

        var deleted = await _bench.CommandAsync(["delete", "latest", "--yes", "--data", _bench.Data], Cancel);

        Assert.True(deleted.ExitCode == 0, deleted.Error);
        Assert.Equal(0, await RowsAsync());
    }

    [Theory]
    [InlineData("plain", "", "scorers: 'preferred' is pairwise and needs at least 2 models or variants to compare, but there is 1.")]
    [InlineData("plain,kind", ", model: 'nothing-like-it'", "cannot be called: UNSUPPORTED_PROVIDER")]
    public async Task What_cannot_be_compared_is_refused_before_anything_is_paid(string models, string change, string message)
    {
        var scorer = change.Length == 0 ? Scorer : Scorer.Replace(", model: 'openai-compatible:judge'", change, StringComparison.Ordinal);

        var result = await RunAsync(Yaml(1, models.Split(','), scorer));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(_models.Calls);
    }

    // Each model is more long-winded than the one before, so that the longer answer tells who gave it.
    private static ScriptedAnswer Answer(ScriptedCall call) =>
        new($"On {Case().Match(call.Last).Value} I say: good day{(call.Model is "kind" ? ", dear" : call.Model is "kinder" ? ", my very dear" : "")}.");

    private static ScriptedAnswer Longer(ScriptedCall call) => new(Say(Shown(call).A.Length > Shown(call).B.Length));

    private static string Say(bool first) => $$"""{"reasoning": "It is kinder.", "winner": "{{(first ? "A" : "B")}}"}""";

    private static (string A, string B) Shown(ScriptedCall call) =>
        Blocks().Match(call.Last) is { Success: true } match ? (match.Groups["a"].Value, match.Groups["b"].Value) : throw new InvalidOperationException(call.Last);

    private static string Yaml(int scenarios, string[]? models = null, string scorers = Scorer) => Tests.Yaml.Of(scenarios, 1, models ?? ["plain", "kind"], scorers);

    private static JsonElement Pairwise(JsonElement result) => result.GetProperty("analysis").GetProperty("pairwise")[0];

    private static (int Wins, int Ties, int Losses, double Net, string Verdict, string Summary) Pair(JsonElement result)
    {
        var pair = Pairwise(result).GetProperty("pairs")[0];
        return (
            pair.GetProperty("wins").GetInt32(), pair.GetProperty("ties").GetInt32(), pair.GetProperty("losses").GetInt32(), pair.GetProperty("net").GetDouble(),
            pair.GetProperty("verdict").GetString()!, pair.GetProperty("summary").GetString()!);
    }

    /// <summary>Wins, pairs without an answer, pairs without a judgement, calls of judges.</summary>
    private static (int Wins, int NoAnswer, int Unjudged, long Judges) Counted(JsonElement result, long judges)
    {
        var pair = Pairwise(result).GetProperty("pairs")[0];
        Assert.Equal(judges, Calls(result).Judges);
        return (pair.GetProperty("wins").GetInt32(), pair.GetProperty("noAnswer").GetInt32(), pair.GetProperty("unjudged").GetInt32(), judges);
    }

    private static (long Sent, long Judges) Calls(JsonElement result) =>
        result.GetProperty("calls") is var calls ? (calls.GetProperty("sent").GetInt64(), calls.GetProperty("judges").GetInt64()) : default;

    private static string Rounded(string text) => text.ReplaceLineEndings(" ");

    private Task<CommandResult> GateAsync(string run, string variant, string baseline) => _bench.CommandAsync(
        ["gate", run, "--baseline", run, "--variant", $"openai-compatible:{variant}", "--baseline-variant", $"openai-compatible:{baseline}", "--metric", "preferred", "--margin", "0.1", "--data", _bench.Data, "--json"], Cancel);

    private Task<CommandResult> RunAsync(string yaml) =>
        _bench.CommandAsync(["run", _bench.Write("definition.yaml", yaml), "--base-url", _models.BaseUrl, "--data", _bench.Data, "--json"], Cancel);

    private async Task<(RunRecord Run, List<ProviderCallView> Calls)> CallsAsync(int page = 1000)
    {
        await using var services = _bench.Open();
        var run = await services.Runs.AllAsync(Cancel).FirstAsync(Cancel);
        var (calls, next) = (new List<ProviderCallView>(), (string?)null);
        do
        {
            (var some, next) = await services.Get<CallRows>().PageAsync(run, new CellFilter(), null, page, next, Cancel);
            calls.AddRange(some);
        }
        while (next is not null);

        return (run, calls);
    }

    private async Task<int> RowsAsync()
    {
        await using var services = _bench.Open();
        var entities = services.Get<IEntityStore>();
        var rows = 0;
        foreach (var table in new[] { TableKeys.Cells, TableKeys.Transcripts })
        {
            rows += await entities.QueryAsync(new EntityQuery(table), Cancel).CountAsync(Cancel);
        }

        return rows;
    }

    [GeneratedRegex(@"case \d+,", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Case();

    [GeneratedRegex(@"<answer_a (?<key>\w+)>\n(?<a>.*?)\n</answer_a \k<key>>\s+<answer_b \k<key>>\n(?<b>.*?)\n</answer_b \k<key>>", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();
}
