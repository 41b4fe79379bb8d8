using System.Text.Json;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Judging;

/// <summary>Commands against models over HTTP: <c>target</c> answers every question with its last word, and what a <c>judge</c> says a test writes.</summary>
internal sealed class JudgeBench : IAsyncDisposable
{
    public const string Good = """{"reasoning": "It names the case.", "score": 4}""";
    public const string Judge = "{ type: judge, name: helpful, model: 'openai-compatible:judge', rubric: 'Is it right?' }";

    private JudgeBench(Workbench bench) => Bench = bench;

    public Workbench Bench { get; }

    public ScriptedModels Models { get; private set; } = null!;

    /// <summary>What a judge says.</summary>
    public Func<ScriptedCall, ScriptedAnswer> Says { get; set; } = _ => new ScriptedAnswer(Good);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<JudgeBench> CreateAsync()
    {
        var bench = new JudgeBench(await Workbench.CreateAsync());
        bench.Models = await ScriptedModels.StartAsync(call =>
            call.Model.StartsWith("judge", StringComparison.Ordinal) ? bench.Says(call) : new ScriptedAnswer($"It is case {call.Last.Split("case ")[1].Split(',')[0]}."));
        return bench;
    }

    public static string Yaml(int scenarios, string scorers = Judge, int samples = 1, string more = "") => Tests.Yaml.Of(scenarios, samples, ["target"], scorers, more);

    public Task<CommandResult> RunAsync(string yaml, params string[] options) => CommandAsync(["run", Bench.Write("definition.yaml", yaml), "--base-url", Models.BaseUrl, .. options]);

    public Task<CommandResult> RescoreAsync(string yaml, params string[] options) => CommandAsync(["rescore", "latest", Bench.Write("other.yaml", yaml), .. options]);

    /// <summary>With --data and --json.</summary>
    public Task<CommandResult> CommandAsync(string[] arguments) => Bench.CommandAsync([.. arguments, "--data", Bench.Data, "--json"], Cancel);

    public static (long Sent, long Judges, long Repeated) CallsOf(JsonElement result) =>
        result.GetProperty("calls") is var calls ? (calls.GetProperty("sent").GetInt64(), calls.GetProperty("judges").GetInt64(), calls.GetProperty("repeated").GetInt64()) : default;

    /// <param name="isWhole">False while judges have said what no cell counts yet.</param>
    public async Task<(RunRecord Run, List<CellRecord> Cells, IReadOnlyList<ProviderCallView> Calls)> StoredAsync(bool isWhole = true)
    {
        await using var services = Bench.Open();
        var run = await services.Runs.AllAsync(Cancel).FirstAsync(Cancel);
        if (isWhole)
        {
            (await StoredRun.ReadAsync(services)).AssertCounted();
        }

        var (calls, _) = await services.Get<CallRows>().PageAsync(run, new CellFilter(), null, 1000, null, Cancel);
        return (run, await services.Cells.AllAsync(run, Cancel).ToListAsync(Cancel), calls);
    }

    public async ValueTask DisposeAsync()
    {
        await Models.DisposeAsync();
        await Bench.DisposeAsync();
    }
}
