using System.Text.Json;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Functions.Tests.Cli;

/// <summary>What a store holds, found and read from a shell. One store of two runs for all.</summary>
public sealed class Reading_runs : IAsyncLifetime
{
    private Workbench _bench = null!;
    private string _older = "";
    private string _newer = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bench = await Workbench.CreateAsync();
        _older = (await _bench.RunAsync(Yaml.Of(12, 2, ["sim-noisy", "sim-better"]), "--tag", "nightly", "--tag", "v1")).Json.GetProperty("runId").GetString()!;
        _newer = (await _bench.RunAsync(Yaml.Of(3, 1).Replace("name: ratings", "name: second", StringComparison.Ordinal))).Json.GetProperty("runId").GetString()!;
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Runs_are_listed_newest_first_with_progress_and_tags()
    {
        var result = await CommandAsync("runs");
        var json = (await CommandAsync("runs", "--json")).Json.GetProperty("runs");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches($@"(?s){_newer} +second +completed +3 .*{_older} +ratings #nightly #v1 +completed +48 ", result.Output);
        Assert.Equal([_newer, _older], json.EnumerateArray().Select(run => run.GetProperty("runId").GetString()));
        Assert.Equal([3, 48], json.EnumerateArray().Select(run => run.GetProperty("progress").GetProperty("completed").GetInt32()));
        Assert.Equal(["nightly", "v1"], json[1].GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
    }

    [Theory]
    [InlineData("--tag nightly", 1)]
    [InlineData("--name SEC", 1)]
    [InlineData("--status completed", 2)]
    [InlineData("--status failed", 0)]
    [InlineData("--kind abtest", 0)]
    [InlineData("--limit 1", 1)]
    public async Task Filters_leave_the_runs_that_are_asked_for(string options, int expected)
    {
        var result = await CommandAsync(["runs", "--json", .. options.Split(' ')]);

        Assert.Equal(expected, result.Json.GetProperty("runs").GetArrayLength());
        Assert.Equal(options == "--limit 1", result.Json.GetProperty("continuationToken").ValueKind == JsonValueKind.String);
    }

    [Theory]
    [InlineData("runs --status done", "--status must be one of pending, running, paused, completed, failed, cancelled, but is 'done'.")]
    [InlineData("runs --kind x", "--kind must be one of multi_sample, abtest, digest, but is 'x'.")]
    [InlineData("runs --limit 0", "--limit must be between 1 and 1000, but is 0.")]
    [InlineData("show nothing", "run 'nothing' does not exist in this store. 'functionseval runs' lists those that do.")]
    [InlineData("show r", "'r' is the start of several runs: ")]
    [InlineData("answers --outcome good", "--outcome must be one of scored, invalid, failed, refused, truncated, but is 'good'.")]
    [InlineData("answers --scenario s999", "has no scenario 's999'.")]
    [InlineData("answers --variant x", "--variant 'x' is not a --variant of this run")]
    [InlineData("tag latest two,tags", "one is 'two,tags'.")]
    [InlineData("delete latest", "say so with --yes.")]
    [InlineData("compare latest latest", "is given twice")]
    public async Task What_cannot_be_answered_is_said_with_exit_code_1(string command, string message)
    {
        var result = await CommandAsync(command.Split(' '));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_characters_and_latest_stand_for_a_run_in_every_verb()
    {
        var length = Enumerable.Range(1, _older.Length).First(length => _older[..length] != _newer[..length]);
        var older = _older[..length];

        foreach (var command in new[] { $"show {older}", $"analyze {older}", $"resume {older}", "show latest", "analyze latest", $"gate latest --baseline {older} --margin 9" })
        {
            var result = await CommandAsync([.. command.Split(' '), "--json"]);
            Assert.True(result.ExitCode is 0 or 10 or 11 or 12, $"{command}: {result.Error}");
            Assert.Contains(command.Contains(older, StringComparison.Ordinal) ? _older : _newer, result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_run_is_shown_with_all_its_numbers()
    {
        var result = await CommandAsync("show", _older);
        var json = (await CommandAsync("show", _older, "--json")).Json;

        foreach (var part in new[] { "ratings #nightly #v1", "12 scenarios x 2 variants x 2 samples, scored by number", "Models of openai-compatible by number", "Verdicts against", "How the cells ended", "median ms" })
        {
            Assert.Contains(part, result.Output, StringComparison.Ordinal);
        }

        Assert.Equal(_older, json.GetProperty("run").GetProperty("runId").GetString());
        Assert.Equal(2, json.GetProperty("analysis").GetProperty("perModel").GetArrayLength());
        var usage = json.GetProperty("usage")[1];
        var stored = (await _bench.ReadAsync(_older)).Cells.Where(cell => cell.Address.Variant == 1).ToList();
        Assert.Equal(stored.Sum(cell => cell.InputTokens), usage.GetProperty("inputTokens").GetInt64());
        Assert.Equal(24, usage.GetProperty("outcomes").GetProperty("scored").GetInt32());
        var durations = stored.Select(cell => (long)(cell.CompletedAt - cell.StartedAt).TotalMilliseconds).Order().ToList();
        Assert.Equal((durations[11], durations[^1]), (usage.GetProperty("latency").GetProperty("medianMs").GetInt64(), usage.GetProperty("latency").GetProperty("maxMs").GetInt64()));
    }

    [Fact]
    public async Task Answers_are_read_by_scenario_variant_and_sample()
    {
        var result = await CommandAsync("answers", _older, "--scenario", "s007", "--variant", "openai-compatible:sim-better", "--sample", "1");
        var json = (await CommandAsync("answers", _older, "--json")).Json.GetProperty("answers");

        var cell = (await _bench.ReadAsync(_older)).Cells.Single(cell => cell.Address == new CellAddress(7, 1, 1));
        Assert.Matches($@"^s007\n  > How acceptable is case 7, from 1 to 5\?\n  sim-better, sample 1: scored, number {cell.Score}, [\d,]+ ms\n    Rating: {cell.Score}\n$", result.Output.ReplaceLineEndings("\n"));
        Assert.Equal(48, json.GetArrayLength());
        Assert.All(json.EnumerateArray(), answer => Assert.Equal($"Rating: {answer.GetProperty("score").GetDouble()}", answer.GetProperty("answer").GetString()));
    }

    [Fact]
    public async Task Scenarios_whose_variants_differ_come_with_the_largest_difference_first()
    {
        var json = (await CommandAsync("answers", _older, "--differ", "--json")).Json.GetProperty("answers");

        var means = (await _bench.ReadAsync(_older)).Cells.GroupBy(cell => (cell.Address.Item, cell.Address.Variant)).ToDictionary(group => group.Key, group => group.Average(cell => cell.Score!.Value));
        var expected = Enumerable.Range(0, 12)
            .Select(item => (Item: item, Difference: Math.Abs(means[(item, 0)] - means[(item, 1)])))
            .Where(item => item.Difference > 0)
            .OrderByDescending(item => item.Difference)
            .ThenBy(item => item.Item)
            .Select(item => item.Item);
        Assert.Equal(expected, json.EnumerateArray().Select(answer => answer.GetProperty("itemIndex").GetInt32()).Distinct());
    }

    [Fact]
    public async Task Tags_are_added_taken_away_and_printed()
    {
        await CommandAsync("tag", _newer, "a", "b/1", "a");
        var removed = await CommandAsync("tag", _newer, "--remove", "a");
        var printed = await CommandAsync("tag", _newer);

        Assert.Equal("b/1\n", removed.Output.ReplaceLineEndings("\n"));
        Assert.Equal(removed.Output, printed.Output);
        Assert.Equal(["b/1"], (await _bench.ReadAsync(_newer)).Run.Tags);
    }

    [Fact]
    public async Task A_deleted_run_leaves_no_row()
    {
        var run = (await _bench.RunAsync(Yaml.Of(40, 2))).Json.GetProperty("runId").GetString()!;

        var result = await CommandAsync("delete", run, "--yes");

        Assert.True(result.ExitCode == 0, result.Error);
        await using var program = _bench.Open();
        foreach (var table in new[] { TableKeys.Runs, TableKeys.Items, TableKeys.Cells, TableKeys.Transcripts, TableKeys.Analyses })
        {
            var rows = await program.Entities.QueryAsync(new EntityQuery(table, PartitionFrom: "", PartitionTo: "~"), Cancel).ToListAsync(Cancel);
            Assert.DoesNotContain(rows, row => row.PartitionKey.StartsWith(run, StringComparison.Ordinal) || row.RowKey == run);
        }
    }

    [Fact]
    public async Task What_a_model_said_cannot_steer_the_terminal()
    {
        const string Hostile = "\u001b]0;owned\u0007 \u001b[31mred \u202egnirts \uffff";
        await using (var program = _bench.Open())
        {
            var run = RunCells.Run(items: 1, models: 1, samples: 1) with { Name = Hostile, Status = RunStatus.Completed, CreatedAt = RunCells.Noon.AddYears(-20) };
            await program.Runs.AddAsync(run, Cancel);
            await program.Runs.AddItemsAsync(run.RunId, RunCells.Items([new("s", Hostile, "Why?")]), Cancel);
            await program.Cells.StoreAsync(run.RunId, RunCells.Scored(new CellAddress(0, 0, 0)), RunCells.Said(Hostile), RunCells.Calls(1));
        }

        foreach (var command in new[] { "answers r000000000000000", "show r000000000000000", "runs" })
        {
            var result = await CommandAsync(command.Split(' '));

            Assert.True(result.ExitCode == 0, result.Error);
            Assert.DoesNotContain(result.Output, character => (char.IsControl(character) && character is not ('\n' or '\r')) || character is '\u202e' or '\uffff' || char.IsSurrogate(character));
            Assert.Contains("\\u001b", result.Output, StringComparison.Ordinal);
        }

        await CommandAsync("delete", "r000000000000000", "--yes");
    }

    private Task<CommandResult> CommandAsync(params string[] arguments) => _bench.CommandAsync([.. arguments, "--data", _bench.Data], Cancel);
}
