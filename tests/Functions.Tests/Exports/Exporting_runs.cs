using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using CsvHelper;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Exports;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.Exports;

/// <summary>A run whose texts do what they can to be more than text, in every format; one server for all.</summary>
public sealed class Exporting_runs : IAsyncLifetime
{
    private const string RunId = "r000000000000000";
    private const string Hostile = "=cmd|'/c calc'!A1 <script>alert(1)</script> \"q\", | *b* \u001b[31m \ufffe \u202e\nsecond line";

    private ServerHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync();
        await using var program = _host.Bench.Open();
        var run = RunCells.Run(RunId, items: 40, models: 2, samples: 3) with
        {
            Name = Hostile,
            Status = RunStatus.Completed,
            Scorers = [new ScorerSpec("number", "number", Pattern: @"(\d)", Min: 1, Max: 5), new ScorerSpec("exact", "right")],
        };
        await program.Runs.AddAsync(run, Cancel);
        var vars = new Dictionary<string, JsonElement> { ["country"] = JsonSerializer.SerializeToElement("-France") };
        await program.Runs.AddItemsAsync(RunId, RunCells.Items(Enumerable.Range(0, 40).Select(item => new Scenario($"s{item}", Hostile, "Why?", Expected: "3", Tags: ["@tag", "b"], Vars: vars))), Cancel);
        foreach (var address in RunCells.Addresses(run))
        {
            var cell = address switch
            {
                (39, 1, 2) => RunCells.Of(CellOutcome.Failed, address),
                (38, 0, 0) => RunCells.Of(CellOutcome.Invalid, address),
                _ => RunCells.Scored(address, score: 2 + address.Variant + (address.Item % 2 * address.Variant)),
            };
            var right = cell.Score is { } score ? new NamedScore("right", address.Item < 2 ? 0 : score > 2 ? 1 : 0) : new NamedScore("right", null, "no answer");
            cell = cell.Outcome == CellOutcome.Failed ? cell : cell with { Scores = [cell.Scores[0], right], CostUsd = 0.25m };
            await program.Cells.StoreAsync(RunId, cell, RunCells.Said(address == new CellAddress(0, 0, 0) ? Hostile : $"-{cell.Score}"), RunCells.Calls(1));
        }

        await program.AnalyzeRun.AnalyzeAsync(RunId, Cancel);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Csv_has_a_row_a_cell_and_no_formula()
    {
        var text = await TextAsync("csv");

        Assert.Equal(
            "scenario_id,scenario_name,tags,var_country,variant,model,sample_index,outcome,score_number,score_right,input_tokens,output_tokens,cost_usd,latency_ms,started_at,answer,error",
            text.Split('\n')[0]);
        using var csv = CsvReader.Create(new StringReader(text), new CsvReaderOptions { HasHeader = false });
        var rows = new List<string[]>();
        while (csv.Read())
        {
            rows.Add([.. Enumerable.Range(0, csv.FieldCount).Select(field => csv[field].ToString())]);
        }

        Assert.Equal(1 + (40 * 2 * 3), rows.Count);
        Assert.All(rows, row => Assert.Equal(17, row.Length));
        Assert.DoesNotContain(rows.SelectMany(row => row), field => field is ['=' or '+' or '-' or '@', ..]);
        Assert.Equal(["s0", $"'{Hostile}", "'@tag b", "'-France", "openai:m0", "openai:m0", "0", "scored", "2", "0", "10", "2", "0.25", "1000", "2026-05-04T12:00:00.000Z", $"'{Hostile}", ""], rows[1]);
        Assert.Equal(["2", "failed", "", "", "", "", "", "1000"], rows[^1][6..14]);
        Assert.Equal("rate_limit: Too many requests.", rows[^1][16]);
    }

    [Fact]
    public async Task Csv_begins_with_a_byte_order_mark_where_it_is_asked_for()
    {
        var bytes = await _host.Client.GetByteArrayAsync(new Uri($"/api/runs/{RunId}/export?format=csv&bom=true", UriKind.Relative), Cancel);

        Assert.Equal([0xef, 0xbb, 0xbf, (byte)'s'], bytes[..4]);
    }

    [Fact]
    public async Task Json_has_the_analysis_and_every_cell_and_a_gate_takes_it_as_a_baseline()
    {
        var text = await TextAsync("json");

        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        Assert.Equal((RunId, "completed"), (root.GetProperty("runId").GetString(), root.GetProperty("status").GetString()));
        Assert.Equal(80, root.GetProperty("analysis").GetProperty("perScenario").GetArrayLength());
        Assert.True(root.GetProperty("analysis").GetProperty("perModel")[1].GetProperty("variance").GetDouble() > 0);
        Assert.Equal(240, root.GetProperty("cells").GetArrayLength());
        Assert.Equal(Hostile, root.GetProperty("cells")[0].GetProperty("answer").GetString());
        var file = _host.Bench.Write("baseline.json", text);
        var variants = root.GetProperty("analysis").GetProperty("perModel").EnumerateArray().Select(model => model.GetProperty("variant").GetString()!).ToList();
        var gate = await _host.Bench.CommandAsync(["gate", RunId, "--baseline", file, "--variant", variants[1], "--baseline-variant", variants[0], "--margin", "0.5", "--allow-missing", "0.1", "--metric", "number", "--data", _host.Bench.Data], Cancel);
        Assert.True(gate.ExitCode is 0 or 11, gate.Error + gate.Output);
    }

    [Fact]
    public async Task Json_lines_have_a_cell_each()
    {
        var lines = (await TextAsync("jsonl")).TrimEnd('\n').Split('\n');

        Assert.Equal(240, lines.Length);
        Assert.All(lines, line => Assert.NotNull(JsonSerializer.Deserialize(line, ExportsJson.Context.ExportedCell)!.ScenarioId));
    }

    [Fact]
    public async Task Html_is_one_file_that_loads_nothing_and_runs_nothing()
    {
        var html = await TextAsync("html");

        Assert.DoesNotMatch("(?i)<script|src=|href=|url\\(|@import|\u001b|\ufffe", html);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.Matches("is better than openai:m0 by", html);
        Assert.Matches("(?s)<svg .*<circle .*<circle ", html);
        Assert.Contains("Where the variants differ most", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markdown_keeps_text_text()
    {
        var lines = (await TextAsync("md")).Split('\n');

        Assert.StartsWith("# =cmd\\|'/c calc'\\!A1 \\<script\\>", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("- **openai:m1 is better than openai:m0 by", lines[2], StringComparison.Ordinal);
        Assert.All(lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal)), line => Assert.EndsWith(" |", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task JUnit_counts_what_fails_and_what_has_no_answer()
    {
        var suite = XDocument.Parse(await TextAsync("junit")).Root!;

        var cases = suite.Elements("testcase").ToList();
        Assert.Equal(("80", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("errors")!.Value));
        Assert.Equal(80, cases.Count);
        Assert.Equal(int.Parse(suite.Attribute("failures")!.Value, CultureInfo.InvariantCulture), cases.Count(one => one.Element("failure") is not null));

        // All of the first variant score 2, which the second scorer calls wrong; of the second variant only the first two scenarios.
        Assert.Equal(42, cases.Count(one => one.Element("failure") is not null));
        Assert.Equal("1 of 3 samples have no answer: rate_limit", cases[^1].Element("error")!.Attribute("message")!.Value);
    }

    [Fact]
    public async Task What_cannot_be_exported_is_refused()
    {
        (await _host.GetAsync($"/api/runs/{RunId}/export")).AssertProblem(HttpStatusCode.BadRequest, "format must be one of csv, json, jsonl, md, html, junit, but is missing.", "format");
        (await _host.GetAsync($"/api/runs/{RunId}/export?format=pdf")).AssertProblem(HttpStatusCode.BadRequest, "but is 'pdf'", "format");
        Assert.Equal(HttpStatusCode.NotFound, (await _host.GetAsync("/api/runs/none/export?format=csv")).Status);
    }

    [Fact]
    public async Task A_file_is_replaced_only_with_force_and_never_by_half()
    {
        var file = _host.Bench.Write("run.csv", "mine");

        var kept = await CommandAsync("export", RunId, "-o", file);
        var full = await CommandAsync("export", RunId, "-o", "/dev/full/x.csv");
        var dash = await CommandAsync("export", RunId, "--format", "csv", "-o", "-");
        var replaced = await CommandAsync("export", RunId, "-o", file, "--force");

        Assert.Equal(1, kept.ExitCode);
        Assert.Contains("is there already: --force replaces it.", kept.Error, StringComparison.Ordinal);
        Assert.Equal((0, await TextAsync("csv")), (dash.ExitCode, dash.Output));
        Assert.Equal(3, full.ExitCode);
        Assert.Contains("cannot be written", full.Error, StringComparison.Ordinal);
        Assert.Equal(0, replaced.ExitCode);
        Assert.Equal(await TextAsync("csv"), await File.ReadAllTextAsync(file, Cancel));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(file)!, "*.unfinished"));
    }

    [Fact]
    public async Task A_full_device_is_told_and_left_as_it_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is of Linux.");

        var full = await CommandAsync("export", RunId, "--format", "csv", "-o", "/dev/full");

        Assert.Equal(3, full.ExitCode);
        Assert.Contains("No space left on device", full.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles("/dev", "*.unfinished"));
        await Assert.ThrowsAsync<IOException>(() => File.WriteAllTextAsync("/dev/full", "x", Cancel));
    }

    [Fact]
    public async Task Without_a_file_a_run_is_written_to_standard_output()
    {
        var result = await CommandAsync("export", RunId, "--format", "jsonl");

        Assert.Equal(await TextAsync("jsonl"), result.Output);
    }

    private async Task<string> TextAsync(string format)
    {
        using var answer = await _host.Client.GetAsync(new Uri($"/api/runs/{RunId}/export?format={format}", UriKind.Relative), Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    private Task<CommandResult> CommandAsync(params string[] arguments) => _host.Bench.CommandAsync([.. arguments, "--data", _host.Bench.Data], Cancel);
}
