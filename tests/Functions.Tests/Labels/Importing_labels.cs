using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.Cli;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Storage;

namespace FunctionsEval.Functions.Tests.Labels;

/// <summary>Labels from a file, and what they make of a judge that likes length.</summary>
public sealed class Importing_labels : IAsyncLifetime
{
    private readonly JudgedRun _run = new();

    public ValueTask InitializeAsync() => _run.InitializeAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task A_judge_that_misleads_is_corrected_and_says_so_everywhere()
    {
        // Without labels: the longer answers win by 1.4 with a standard error of 0.2, and the run says whose opinion that is.
        var judged = (await _run.CommandAsync("analyze", _run.RunId, "--json")).Json.GetProperty("analysis");
        var quality = judged.GetProperty("comparisons").EnumerateArray().Single(one => one.GetProperty("metric").GetString() == "quality");
        var truth = judged.GetProperty("comparisons").EnumerateArray().Single(one => one.GetProperty("metric").GetString() == "truth");
        Assert.Equal("better", quality.GetProperty("verdict").GetString());
        Assert.Contains(judged.GetProperty("warnings").EnumerateArray(), warning => warning.GetProperty("code").GetString() == "JUDGE_OPINION");
        Assert.Equal(JsonValueKind.Null, judged.GetProperty("labels").ValueKind);

        // With labels of all answers the judge drops out: the corrected difference is the true one.
        await ImportAsync(JudgedRun.Scenarios);
        var analyzed = await _run.CommandAsync("analyze", _run.RunId, "--json");
        var labels = Assert.Single(JudgedRun.LabelsOf(analyzed).EnumerateArray());
        var corrected = Assert.Single(labels.GetProperty("comparisons").EnumerateArray());
        Assert.Equal(("quality", 2 * JudgedRun.Scenarios, JudgedRun.Scenarios), (labels.GetProperty("metric").GetString(), labels.GetProperty("labels").GetInt32(), labels.GetProperty("scenarios").GetInt32()));
        Assert.Equal(truth.GetProperty("effect").GetDouble(), corrected.GetProperty("effect").GetDouble(), 1e-9);
        Assert.NotEqual("better", corrected.GetProperty("verdict").GetString());
        Assert.Equal("better", corrected.GetProperty("judgedVerdict").GetString());
        Assert.Contains("Without them the verdict would be another", labels.GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.True(labels.GetProperty("bias").GetProperty("interval").GetProperty("lower").GetDouble() > 0);
        Assert.Equal(["even", "odd"], labels.GetProperty("biasByTag").EnumerateArray().Select(bias => bias.GetProperty("tag").GetString()!));
        Assert.Equal(JsonValueKind.Null, labels.GetProperty("accuracy").ValueKind);
        Assert.InRange(labels.GetProperty("alpha").GetProperty("alpha").GetDouble(), -1, 0.9);
        Assert.DoesNotContain(analyzed.Json.GetProperty("analysis").GetProperty("warnings").EnumerateArray(), warning => warning.GetProperty("code").GetString() == "JUDGE_OPINION");

        var shown = await _run.CommandAsync("show", _run.RunId);
        Assert.Contains("Corrected by labels of 60 scenarios", shown.Output, StringComparison.Ordinal);
        Assert.Contains("quality corrected by labels", shown.Output, StringComparison.Ordinal);
        Assert.Contains("Agreement: alpha", shown.Output, StringComparison.Ordinal);
        foreach (var format in (string[])["md", "html", "json"])
        {
            Assert.Contains("Corrected by labels of 60 scenarios", (await _run.CommandAsync("export", _run.RunId, "--format", format)).Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Labels_that_were_exported_are_the_same_again_and_go_with_their_run()
    {
        await ImportAsync(10);
        var exported = await _run.CommandAsync("labels", "export", _run.RunId);
        var again = await ImportAsync(exported.Output);
        Assert.Equal((0, 0, 20, 0), Counts(again.Json));

        // The answers are exported with their labels too: a column of means, or each label.
        var table = (await _run.CommandAsync("export", _run.RunId, "--format", "csv")).Output.Split('\n');
        Assert.EndsWith(",label_quality", table[0], StringComparison.Ordinal);
        Assert.Equal(20, table.Count(line => Regex.IsMatch(line, @",,[\d.]+$")));
        var lines = (await _run.CommandAsync("export", _run.RunId, "--format", "jsonl")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line));
        var labelled = lines.Where(line => line.TryGetProperty("labels", out _)).ToList();
        Assert.Equal(20, labelled.Count);
        Assert.Equal(("quality", "ann"), (labelled[0].GetProperty("labels")[0].GetProperty("metric").GetString(), labelled[0].GetProperty("labels")[0].GetProperty("labeller").GetString()));

        var another = await ImportAsync(exported.Output.Replace(",ann,", ",bob,", StringComparison.Ordinal));
        Assert.Equal((20, 0, 0, 0), Counts(another.Json));
        var people = JudgedRun.LabelsOf(await _run.CommandAsync("analyze", _run.RunId, "--json"))[0];
        Assert.Equal(["ann", "bob"], people.GetProperty("labellers").EnumerateArray().Select(own => own.GetProperty("labeller").GetString()!));
        Assert.Equal(1, people.GetProperty("betweenPeople").GetProperty("alpha").GetDouble());

        Assert.Equal(ExitCodes.Completed, (await _run.CommandAsync("delete", _run.RunId, "--yes")).ExitCode);
        await using var program = _run.Bench.Open();
        Assert.Empty(await program.Entities.QueryAsync(new EntityQuery(TableKeys.Labels, _run.RunId), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Another_opinion_of_the_same_person_needs_replace_and_empty_ones_are_counted()
    {
        var first = $"scenario,variant,value,labeller,colour\ns1,{JudgedRun.Plain},3,ann,red\ns2,{JudgedRun.Plain},,ann,blue\n";
        var added = await ImportAsync(first);
        Assert.Equal((1, 0, 0, 1), Counts(added.Json));
        Assert.Equal("colour", Assert.Single(added.Json.GetProperty("ignoredColumns").EnumerateArray()).GetString());

        var second = first.Replace(",3,", ",4,", StringComparison.Ordinal);
        var refused = await ImportAsync(second);
        Assert.Contains("line 2: value 4 contradicts 3, which 'ann' said of scenario 's1'", refused.Error, StringComparison.Ordinal);
        Assert.Equal((0, 1, 0, 1), Counts((await ImportAsync(second, "--replace")).Json));
        Assert.Equal(ExitCodes.Usage, (await _run.CommandAsync("labels", "import", _run.Bench.Path("none.csv"), _run.RunId)).ExitCode);
    }

    [Fact]
    public async Task Few_labels_are_an_assumption_and_a_plan_says_what_more_would_give()
    {
        Assert.Contains("labels of fewer than 2 scenarios of both variants", (await _run.CommandAsync("plan", "--labels", _run.RunId)).Error, StringComparison.Ordinal);
        await ImportAsync(5);
        var few = JudgedRun.LabelsOf(await _run.CommandAsync("analyze", _run.RunId, "--json"))[0];
        Assert.Contains("labels of 5 scenarios", few.GetProperty("perVariant")[0].GetProperty("assumption").GetString(), StringComparison.Ordinal);

        await ImportAsync(30);
        var plan = (await _run.CommandAsync("plan", "--labels", _run.RunId, "--json")).Json;
        var widths = plan.GetProperty("forecasts").EnumerateArray().Select(forecast => forecast.GetProperty("width").GetDouble()).ToList();
        Assert.Equal((JudgedRun.Wordy, JudgedRun.Plain, 30, JudgedRun.Scenarios), (
            plan.GetProperty("variant").GetString(), plan.GetProperty("control").GetString(), plan.GetProperty("labelledNow").GetInt32(), plan.GetProperty("scenarios").GetInt32()));
        Assert.Equal(widths.OrderDescending(), widths);
        Assert.InRange(plan.GetProperty("enough").GetInt32(), 2, JudgedRun.Scenarios);
        Assert.Contains("come within a tenth of what labels of all would give", (await _run.CommandAsync("plan", "--labels", _run.RunId)).Output, StringComparison.Ordinal);
        Assert.Contains("--power must be above 0.5 and below 1, but is 0.2.", (await _run.CommandAsync("plan", "--labels", _run.RunId, "--power", "0.2")).Error, StringComparison.Ordinal);
    }

    private async Task<CommandResult> ImportAsync(int scenarios) => await ImportAsync(await _run.LabelsAsync(_run.Bench, _run.RunId, scenarios));

    private Task<CommandResult> ImportAsync(string text, params string[] options) =>
        _run.CommandAsync(["labels", "import", _run.Bench.Write("labels.csv", text), _run.RunId, "--json", .. options]);

    private static (int Added, int Replaced, int Unchanged, int Empty) Counts(JsonElement report) => (
        report.GetProperty("added").GetInt32(), report.GetProperty("replaced").GetInt32(), report.GetProperty("unchanged").GetInt32(), report.GetProperty("empty").GetInt32());
}
