using System.Globalization;
using FunctionsEval.Evaluation.Sampling;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Cli;

public sealed class Running
{
    [Fact]
    public async Task Options_go_before_the_definition()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(
            Yaml.Of(scenarios: 10, samples: 9), "--samples", "2", "--percentage", "40", "--seed", "7", "--model", "openai-compatible:one", "--model", "openai-compatible:two");

        Assert.True(result.ExitCode == 0, result.Error);
        var stored = await bench.ReadAsync();
        stored.AssertWhole();
        Assert.Equal(["openai-compatible:one", "openai-compatible:two"], stored.Run.Variants.Select(variant => variant.Model));
        Assert.Equal((4, 2, 40, 7L), (stored.Run.Items, stored.Run.Sampling.SamplesPerScenario, stored.Run.Sampling.Percentage, stored.Run.Sampling.Seed));
        Assert.Equal(16, bench.Simulator.Stats().Calls);
        var ids = Enumerable.Range(0, 10).Select(index => $"s{index:D3}").ToList();
        Assert.Equal(ScenarioSampling.Select(ids, 40, 7).Order().Select(index => ids[index]), stored.Items.Select(item => item.Id));
    }

    [Fact]
    public async Task Concurrency_bounds_the_calls_in_flight()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(3)));

        await bench.RunAsync(Yaml.Of(scenarios: 10), "--concurrency", "1");

        // The clock that stamps the calls has a resolution finer than a call takes: with one at a time none overlap.
        var calls = (await bench.ReadAsync()).Calls.Select(row => (From: row.GetDateTimeOffset("startedAt"), To: row.GetDateTimeOffset("endedAt"))).Order().ToList();
        Assert.Equal(20, calls.Count);
        Assert.All(calls.Zip(calls.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From, "Two calls were under way at once."));
    }

    [Fact]
    public async Task Follow_ups_are_asked_in_the_same_conversation()
    {
        await using var bench = await Workbench.CreateAsync();

        await bench.RunAsync(Yaml.Of(scenarioFields: index => index == 0 ? "" : "followups: [{ label: why, prompt: \"Why?\" }, { prompt: \"Sure?\" }]"));

        var stored = await bench.ReadAsync();
        stored.AssertWhole();
        Assert.All(stored.Cells, cell => Assert.Equal(cell.Address.Item == 0 ? 1 : 3, cell.Calls));
        Assert.All(
            stored.Transcripts.Where(entry => entry.Key.Item > 0),
            entry => Assert.Equal(["scenario_prompt", "why", "followup_2"], entry.Value.Turns.Select(turn => turn.PromptLabel)));
        Assert.Equal(14, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task Variants_of_one_model_are_compared_each_with_its_own_prompt()
    {
        await using var bench = await Workbench.CreateAsync();
        var file = bench.Write("definition.json", """
            { "name": "n", "preamble": "Short.", "samplesPerScenario": 2, "scenarios": [{ "id": "a", "prompt": "p" }, { "id": "b", "prompt": "q" }],
              "variants": [{ "model": "openai-compatible:sim-noisy" }, { "name": "terse", "model": "openai-compatible:sim-noisy", "preamble": "Answer in one short line and nothing else, please." }],
              "scorers": [{ "type": "number" }] }
            """);

        var result = await bench.CommandAsync(["run", file, "--base-url", bench.BaseUrl, "--data", bench.Data, "--json"]);

        Assert.True(result.ExitCode == 0, result.Error);
        var stored = await bench.ReadAsync();
        stored.AssertWhole();
        Assert.Equal(
            [("openai-compatible:sim-noisy", "openai-compatible:sim-noisy"), ("terse", "openai-compatible:sim-noisy")],
            result.Json.GetProperty("analysis").GetProperty("perModel").EnumerateArray()
                .Select(row => (row.GetProperty("variant").GetString(), row.GetProperty("model").GetString())));
        var tokens = stored.Cells.ToLookup(cell => cell.Address.Variant, cell => cell.InputTokens);
        Assert.True(tokens[1].Min() > tokens[0].Max(), "The longer preamble of the second variant was not sent.");
    }

    [Fact]
    public async Task Definitions_in_json_run_too()
    {
        await using var bench = await Workbench.CreateAsync();
        var file = bench.Write("definition.json", """{ "name": "n", "scenarios": [{ "id": "a", "prompt": "p" }], "models": ["openai-compatible:x"] }""");

        var result = await bench.CommandAsync(["run", file, "--base-url", bench.BaseUrl, "--data", bench.Data, "--json"]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(1, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task People_get_tables()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(
            [.. bench.RunArguments(Yaml.Of(scenarios: 12, samples: 3, models: ["sim-malformed-0.3", "sim-better-7"])).Where(argument => argument != "--json")]);

        Assert.Equal(2, result.ExitCode);
        foreach (var part in new[] { "is completed: 36 of 72 cells, 36 failed", "Models of openai-compatible by number", "sim-malformed-0.3", "Cells without a score", "invalid", "failed", "PARTIAL_SAMPLES" })
        {
            Assert.Contains(part, result.Output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain('\u001b', result.Output);
        Assert.Contains("72 of 72 cells, 36 failed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_on_a_terminal_leaves_the_json_alone()
    {
        await using var bench = await Workbench.CreateAsync();
        var (output, error) = (new SharedText(), new SharedText());

        var exitCode = await FunctionsEval.Cli.CommandLine.RunAsync(bench.Terminal(output, error, isErrorRedirected: false), bench.RunArguments(Yaml.Of()), CancellationToken.None);

        Assert.Equal(0, exitCode);
        Assert.StartsWith("{\"runId\"", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_terminal_gets_a_progress_bar()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "A pseudo-terminal needs script(1) of util-linux.");
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(5)));
        var arguments = bench.RunArguments(Yaml.Of(scenarios: 30), "--concurrency", "2");

        await using var program = ProgramProcess.Start(
            arguments,
            new Dictionary<string, string> { ["TERM"] = "xterm" },
            ["sh", "-c", "for argument; do line=\"$line '$argument'\"; done; exec script -qefc \"$line\" /dev/null", "sh"]);
        var (exitCode, output, _) = await program.EndAsync();

        Assert.True(exitCode == 0, output);
        Assert.Contains("60 of 60 cells", output, StringComparison.Ordinal);
        Assert.Contains("\u001b[", output, StringComparison.Ordinal);
        Assert.Contains('━', output);
    }

    [Fact]
    public async Task Text_of_any_language_is_stored_as_it_was_written()
    {
        await using var bench = await Workbench.CreateAsync();
        const string prompt = "Wie vertretbar? 是否可以接受？ \U0001F6A2 \\u0041 <b>&amp;</b>";

        await bench.RunAsync($"name: n\nscenarios: [{{ id: ü/1, name: 船, prompt: '{prompt}' }}]\nmodels: [\"openai-compatible:sim-noisy\"]");

        var stored = await bench.ReadAsync();
        Assert.Equal(prompt, Assert.Single(stored.Transcripts).Value.Turns[0].ProbePrompt);
        Assert.Equal(("ü/1", "船"), (stored.Items[0].Id, stored.Items[0].Name));
    }

    [Fact]
    public async Task A_key_that_is_refused_pauses_the_run_and_burns_no_cell()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(ApiKey: "other"));
        bench.Environment["OPENAI_API_KEY"] = "sk-wrong-key";

        var result = await bench.RunAsync(Yaml.Of());

        Assert.Equal(3, result.ExitCode);
        var stored = await bench.ReadAsync();
        Assert.Empty(stored.Cells);
        Assert.Equal(RunStatus.Paused, stored.Run.Status);
        Assert.Contains("AUTH_ERROR", stored.Run.Course.Reason, StringComparison.Ordinal);
        Assert.Contains($"functionseval resume {stored.Run.RunId}", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-wrong-key", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_run_ends_with_130_and_says_how_to_go_on()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(20)));
        using var interrupt = new CancellationTokenSource();

        var running = bench.CommandAsync(bench.RunArguments(Yaml.Of(scenarios: 50), "--concurrency", "4"), interrupt.Token);
        await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls > 20, "20 calls");
        await interrupt.CancelAsync();
        var result = await running;

        Assert.Equal(130, result.ExitCode);
        Assert.Empty(result.Output);
        var stored = await bench.ReadAsync();
        Assert.Contains($"functionseval resume {stored.Run.RunId} --data {bench.Data}", result.Error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Running, stored.Run.Status);
        Assert.InRange(stored.Cells.Count, 1, 99);
        stored.AssertCounted();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_an_infrastructure_error()
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Write("data", "a file where the folder should be");

        var result = await bench.RunAsync(Yaml.Of());

        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"'{bench.Data}' cannot be made", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_an_infrastructure_error()
    {
        await using var bench = await Workbench.CreateAsync();
        Directory.CreateDirectory(bench.Data);
        await File.WriteAllTextAsync(Path.Combine(bench.Data, "data.db"), string.Concat(Enumerable.Repeat("this is not a database. ", 100)), CancellationToken.None);

        var result = await bench.RunAsync(Yaml.Of());

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("the file is not a SQLite database", result.Error, StringComparison.Ordinal);
    }

    /// <summary>429, 500, time-outs, cut connections and broken JSON: what may pass when tried again is tried again.</summary>
    [Fact]
    public async Task A_third_of_all_calls_may_fail_and_the_run_completes()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Fail: 0.3, HangFor: TimeSpan.FromSeconds(0.2)));

        var result = await bench.RunAsync(Yaml.Of(scenarios: 20, samples: 3), "--concurrency", "16");

        Assert.True(result.ExitCode is 0 or 2, result.Error);
        var stored = await bench.ReadAsync();
        stored.AssertWhole();
        Assert.Equal(RunStatus.Completed, stored.Run.Status);
        Assert.Equal(bench.Simulator.Stats().Calls, stored.Calls.Count);
        Assert.Equal(bench.Simulator.Stats().Calls, result.Json.GetProperty("calls").GetProperty("sent").GetInt64());
        Assert.Equal(bench.Simulator.Stats().ByOutcome.Where(outcome => outcome.Key != "200").Sum(outcome => outcome.Value), stored.Calls.Count(call => call.GetString("status") == "error"));
        Assert.InRange(stored.Calls.Count(call => call.GetString("status") == "error"), 5, 60);

        // A failed attempt is never the model's: what is not scored is a failed cell, and no answer was invalid.
        var failed = stored.Cells.Count(cell => cell.Error is not null);
        var model = result.Json.GetProperty("analysis").GetProperty("perModel")[0];
        Assert.Equal((60 - failed, 0, failed), (model.GetProperty("sampleCount").GetInt32(), model.GetProperty("invalid").GetInt32(), model.GetProperty("failed").GetInt32()));
        Assert.Equal(failed > 0 ? 2 : 0, result.ExitCode);
    }

    [Fact]
    public async Task A_rate_limited_model_slows_the_run_and_fails_no_cell()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(RequestsPerSecond: 60, Burst: 20));

        var result = await bench.RunAsync(Yaml.Of(scenarios: 40));

        Assert.True(result.ExitCode == 0, result.Error);
        (await bench.ReadAsync()).AssertWhole();
    }

    [Fact]
    public async Task Help_and_version_are_there()
    {
        await using var bench = await Workbench.CreateAsync();

        var help = await bench.CommandAsync(["--help"]);
        Assert.Matches(@"(?m)^  resume \[<runId>\]  +Go on .*\n  runs +List ", help.Output);
        Assert.Matches(@"(?m)^  rescore <runId> <file>  Score ", help.Output);
        var version = await bench.CommandAsync(["--version"]);

        Assert.Equal((0, 0), (help.ExitCode, version.ExitCode));
        Assert.All(new[] { "run", "resume", "analyze", "demo", "serve", "simulate", "health" }, verb => Assert.Contains($"  {verb}", help.Output, StringComparison.Ordinal));
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output.ToString(CultureInfo.InvariantCulture));
    }
}
