using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Judging;

/// <summary>Commands against models over HTTP: those called <c>judge</c> compare the answers of the others.</summary>
internal sealed partial class PairBench : IAsyncDisposable
{
    public const string Scorer = "{ type: pairwise, name: preferred, model: 'openai-compatible:judge', rubric: 'Which is kinder?' }";

    private PairBench(Workbench bench) => Bench = bench;

    public Workbench Bench { get; }

    public ScriptedModels Models { get; private set; } = null!;

    /// <summary>What a judge says.</summary>
    public Func<ScriptedCall, ScriptedAnswer> Judge { get; set; } = Longer;

    /// <summary>What the others say.</summary>
    public Func<ScriptedCall, ScriptedAnswer> Answer { get; set; } = SayGoodDay;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<PairBench> CreateAsync()
    {
        var bench = new PairBench(await Workbench.CreateAsync());
        bench.Models = await ScriptedModels.StartAsync(call => call.Model.StartsWith("judge", StringComparison.Ordinal) ? bench.Judge(call) : bench.Answer(call));
        return bench;
    }

    public async ValueTask DisposeAsync()
    {
        await Models.DisposeAsync();
        await Bench.DisposeAsync();
    }

    /// <summary>With --data and --json.</summary>
    public Task<CommandResult> CommandAsync(string[] arguments) => Bench.CommandAsync([.. arguments, "--data", Bench.Data, "--json"], Cancel);

    /// <summary>Each model is more long-winded than the one before, so that the longer answer tells who gave it.</summary>
    public static ScriptedAnswer SayGoodDay(ScriptedCall call) =>
        new($"On {Case().Match(call.Last).Value} I say: good day{(call.Model is "kind" ? ", dear" : call.Model is "kinder" ? ", my very dear" : "")}.");

    /// <summary>The longer answer wins.</summary>
    public static ScriptedAnswer Longer(ScriptedCall call) => new(Say(Shown(call).A.Length > Shown(call).B.Length));

    public static string Say(bool first) => $$"""{"reasoning": "It is kinder.", "winner": "{{(first ? "A" : "B")}}"}""";

    public static (string A, string B) Shown(ScriptedCall call) =>
        Blocks().Match(call.Last) is { Success: true } match ? (match.Groups["a"].Value, match.Groups["b"].Value) : throw new InvalidOperationException(call.Last);

    public static string Yaml(int scenarios, string[]? models = null, string scorers = Scorer) => Tests.Yaml.Of(scenarios, 1, models ?? ["plain", "kind"], scorers);

    public static JsonElement Pairwise(JsonElement result) => result.GetProperty("analysis").GetProperty("pairwise")[0];

    public static (int Wins, int Ties, int Losses, double Net, string Verdict, string Summary) Pair(JsonElement result)
    {
        var pair = Pairwise(result).GetProperty("pairs")[0];
        return (
            pair.GetProperty("wins").GetInt32(), pair.GetProperty("ties").GetInt32(), pair.GetProperty("losses").GetInt32(), pair.GetProperty("net").GetDouble(),
            pair.GetProperty("verdict").GetString()!, pair.GetProperty("summary").GetString()!);
    }

    /// <summary>Wins, pairs without an answer, pairs without a judgement, calls of judges.</summary>
    public static (int Wins, int NoAnswer, int Unjudged, long Judges) Counted(JsonElement result, long judges)
    {
        var pair = Pairwise(result).GetProperty("pairs")[0];
        Assert.Equal(judges, Calls(result).Judges);
        return (pair.GetProperty("wins").GetInt32(), pair.GetProperty("noAnswer").GetInt32(), pair.GetProperty("unjudged").GetInt32(), judges);
    }

    public static (long Sent, long Judges) Calls(JsonElement result) =>
        result.GetProperty("calls") is var calls ? (calls.GetProperty("sent").GetInt64(), calls.GetProperty("judges").GetInt64()) : default;

    public static string Rounded(string text) => text.ReplaceLineEndings(" ");

    public Task<CommandResult> GateAsync(string run, string variant, string baseline) => CommandAsync(
        ["gate", run, "--baseline", run, "--variant", $"openai-compatible:{variant}", "--baseline-variant", $"openai-compatible:{baseline}", "--metric", "preferred", "--margin", "0.1"]);

    public Task<CommandResult> RunAsync(string yaml) =>
        CommandAsync(["run", Bench.Write("definition.yaml", yaml), "--base-url", Models.BaseUrl]);

    public async Task<(RunRecord Run, List<ProviderCallView> Calls)> CallsAsync(int page = 1000)
    {
        await using var services = Bench.Open();
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

    public async Task<int> RowsAsync()
    {
        await using var services = Bench.Open();
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
