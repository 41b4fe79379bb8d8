using System.Text.Json;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Scoring;

/// <summary>Scorers of type command: a program of the user's, started for each answer without a shell.</summary>
public sealed class Scoring_by_programs
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_is_given_the_answer_and_gives_the_score()
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Write("score.sh", "cat > \"$1.json\"; printf '{\"score\": 0.25}'\n");

        var run = await bench.RunAsync(Definition("""command: [sh, score.sh, seen]"""));

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(0.25, Mean(run));
        var seen = JsonElement.Parse(await File.ReadAllTextAsync(bench.Path("seen.json"), Cancel));
        Assert.Equal("own", seen.GetProperty("scorer").GetString());
        Assert.StartsWith("Rating: ", seen.GetProperty("answer").GetString(), StringComparison.Ordinal);
        Assert.Equal("4", seen.GetProperty("expected")[0].GetString());
        Assert.Equal(("a", "sea"), (seen.GetProperty("scenario").GetProperty("id").GetString(), seen.GetProperty("scenario").GetProperty("vars").GetProperty("what").GetString()));
        Assert.Equal("How acceptable is the sea?", seen.GetProperty("turns")[0].GetProperty("prompt").GetString());
    }

    [Theory]
    [InlineData("true", "", 1)]
    [InlineData("0", "", 0)]
    [InlineData("{\"pass\":false}", "", 0)]
    [InlineData("7", "min: 1, max: 10", 7)]
    [InlineData("{\"score\":0.25}", "not: true", 0.75)]
    public async Task Numbers_truth_values_and_objects_are_scores(string output, string fields, double score)
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Write("out.json", output);

        var run = await bench.RunAsync(Definition($"command: [cat, out.json], {fields}".TrimEnd(' ', ',')));

        Assert.Equal(score, Mean(run));
    }

    [Theory]
    [InlineData("exec sleep 60", "took longer than 1 s")]
    [InlineData("sleep 60 & sleep 60", "took longer than 1 s")]
    [InlineData("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done", "printed more than 1,048,576 bytes", 20)]
    [InlineData("echo no rule for this >&2; exit 3", "ended with exit code 3: no rule for this")]
    [InlineData("echo hello", "must answer JSON, but answered hello")]
    [InlineData("exit 0", "answered nothing, but must answer JSON")]
    [InlineData("echo 1.5", "must score from 0 to 1, but scored 1.5")]
    [InlineData("echo '\"good\"'", "must answer a number, true or false")]
    [InlineData("echo '{\"invalid\": \"two answers\"}'", "two answers")]
    public async Task What_goes_wrong_is_said_on_the_cell_and_the_answer_stays(string script, string reason, int seconds = 1)
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Write("score.sh", script + "\n");

        var run = await bench.RunAsync(Definition($"command: [sh, score.sh], timeoutSeconds: {seconds}"));

        Assert.Equal(0, run.ExitCode);
        var stored = await bench.ReadAsync();
        Assert.All(stored.Cells, cell => Assert.Contains(reason, cell.Scores[0].Invalid, StringComparison.Ordinal));
        Assert.All(stored.Transcripts.Values, said => Assert.StartsWith("Rating: ", said.Turns[0].TargetResponse, StringComparison.Ordinal));
        Assert.Equal(2, bench.Simulator.Stats().Calls);
    }

    [Theory]
    [InlineData("(sleep 300 & echo $! > child.pid) ; exec sleep 300")]
    [InlineData("(sleep 300 > /dev/null 2>&1 & echo $! > child.pid) ; echo 1")]
    public async Task What_a_program_leaves_behind_is_ended_with_it(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a group of its own needs setsid");
        await using var bench = await Workbench.CreateAsync();
        bench.Write("score.sh", script + "\n");

        var run = await bench.RunAsync(Definition("command: [sh, score.sh], timeoutSeconds: 1"));

        Assert.Equal(0, run.ExitCode);
        var child = (await File.ReadAllTextAsync(bench.Path("child.pid"), Cancel)).Trim();

        await Eventually.TrueAsync(() => HasEnded(child), "the end of the program's child", cancellationToken: Cancel);
    }

    // A zombie that nobody has waited for yet has ended too.
    private static bool HasEnded(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    [Fact]
    public async Task Secrets_do_not_reach_the_program_and_others_do()
    {
        Environment.SetEnvironmentVariable("BRING_TEST_API_KEY", "sk-secret");
        Environment.SetEnvironmentVariable("BRING_TEST_MODE", "strict");
        await using var bench = await Workbench.CreateAsync();
        bench.Write("score.sh", "env > seen.env; echo 1\n");

        await bench.RunAsync(Definition("command: [sh, score.sh]"));

        var seen = await File.ReadAllTextAsync(bench.Path("seen.env"), Cancel);
        Assert.DoesNotContain("sk-secret", seen, StringComparison.Ordinal);
        Assert.Contains("BRING_TEST_MODE=strict", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("command: [no-such-program-here]", "scorers[0].command must begin with a program, but 'no-such-program-here' is neither in PATH nor a file beside the definition")]
    [InlineData("command: [./score.sh]", "scorers[0].command must begin with a program, but './score.sh'")]
    [InlineData("command: []", "command must list a program and its arguments, 1 to 50 texts, but lists 0.")]
    [InlineData("command: [sh], timeoutSeconds: 0", "timeoutSeconds must be between 1 and 600, but is 0.")]
    [InlineData("command: [sh], shell: true", "shell is not a known field")]
    public async Task What_cannot_be_started_is_refused_before_a_call(string fields, string message)
    {
        await using var bench = await Workbench.CreateAsync();

        var run = await bench.RunAsync(Definition(fields));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal(0, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task A_request_starts_no_program()
    {
        await using var host = await Http.ServerHost.StartAsync();
        var definition = Definition("command: [sh, score.sh]");

        var started = await host.PostAsync("/api/runs", JsonSerializer.Serialize(new { definition }));
        var estimated = await host.PostAsync("/api/runs/estimate", JsonSerializer.Serialize(new { definition }));
        var added = await host.PostAsync("/api/definitions", definition, "application/yaml");
        var stored = await host.GetAsync("/api/definitions");
        var run = await host.StartRunAsync(Yaml.Of(1, 1));
        await host.UntilAsync(run, "completed");
        var rescored = await host.PostAsync($"/api/runs/{run}/rescore", """{ "scorers": [{ "type": "command", "command": ["sh", "score.sh"] }] }""");

        Assert.Empty(stored.Json.GetProperty("definitions").EnumerateArray());
        Assert.All(new[] { started, estimated, added, rescored }, answer =>
        {
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.Status);
            Assert.Contains("starts a program on this machine, which only the command line may", answer.Text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Stored_answers_are_scored_again_by_a_program_and_calls_none()
    {
        await using var bench = await Workbench.CreateAsync();
        var first = await bench.RunAsync(Yaml.Of(40, 2));
        var calls = bench.Simulator.Stats().Calls;
        bench.Write("length.sh", "cat > /dev/null; echo 0.5\n");

        var rescored = await bench.CommandAsync(
            ["rescore", first.Json.GetProperty("runId").GetString()!, bench.Write("again.yaml", Definition("command: [sh, length.sh]")), "--data", bench.Data, "--json"], Cancel);

        Assert.True(rescored.ExitCode == 0, rescored.Error);
        Assert.Equal((0.5, calls), (Mean(rescored), bench.Simulator.Stats().Calls));
    }

    [Fact]
    public async Task Reused_answers_are_scored_by_a_program_anew()
    {
        await using var bench = await Workbench.CreateAsync();
        await bench.RunAsync(Definition("command: [echo, '1']"));
        var calls = bench.Simulator.Stats().Calls;

        var second = await bench.RunAsync(Definition("command: [echo, '0']"), "--reuse", "latest");

        Assert.Equal((0d, calls), (Mean(second), bench.Simulator.Stats().Calls));
    }

    private static string Definition(string fields) => $$$"""
        name: own
        scenarios:
          - { id: a, prompt: "How acceptable is the {{what}}?", vars: { what: sea }, expected: "4" }
        models: ["openai-compatible:sim-steady"]
        samplesPerScenario: 2
        scorers: [{ type: command, name: own, {{{fields}}} }]
        """;

    private static double? Mean(CommandResult run) => run.Json.GetProperty("analysis").GetProperty("perModel")[0].GetProperty("mean").GetDouble();
}
