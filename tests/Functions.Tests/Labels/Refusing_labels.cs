using FunctionsEval.Cli;

namespace FunctionsEval.Functions.Tests.Labels;

public sealed class Refusing_labels(JudgedRun run) : IClassFixture<JudgedRun>
{
    [Theory]
    [InlineData("s1,{plain},0,quality,7,ann", "line 2: value of 'quality' must be a number from 1 to 5, but is '7'.")]
    [InlineData("s1,{plain},0,quality,great,ann", "line 2: value of 'quality' must be a number from 1 to 5, but is 'great'.")]
    [InlineData("s1,{plain},0,quality,NaN,ann", "line 2: value of 'quality' must be a number from 1 to 5, but is 'NaN'.")]
    [InlineData("nope,{plain},0,quality,3,ann", "line 2: scenario 'nope' is not a scenario of run")]
    [InlineData(",{plain},0,quality,3,ann", "line 2: scenario is missing")]
    [InlineData("s1,gpt,0,quality,3,ann", "line 2: variant 'gpt' is not a variant of this run")]
    [InlineData("s1,,0,quality,3,ann", "line 2: variant is missing")]
    [InlineData("s1,{plain},1,quality,3,ann", "line 2: sample must be a whole number from 0 to 0, but is '1'.")]
    [InlineData("s1,{plain},-1,quality,3,ann", "line 2: sample must be a whole number from 0 to 0, but is '-1'.")]
    [InlineData("s1,{plain},0,beauty,3,ann", "line 2: metric must be a scorer of the run (quality, truth), but is 'beauty'.")]
    [InlineData("s1,{plain},0,quality,3,ann\ns1,{plain},0,quality,3,ann", "line 3: the label of scenario 's1', variant '{plain}', sample 0 by 'ann' is there twice, on line 2 too")]
    [InlineData("s1,{plain},0,quality,3,ann\ns1,{plain},0,quality,4,ann", "line 3: value 4 contradicts 3 on line 2")]
    public async Task A_wrong_label_is_named_with_line_field_value_and_rule_and_nothing_is_stored(string lines, string error)
    {
        var text = $"scenario,variant,sample,metric,value,labeller\ns9,{JudgedRun.Plain},0,quality,2,eve\n{lines}\n".Replace("{plain}", JudgedRun.Plain, StringComparison.Ordinal);
        var refused = await ImportAsync(text);

        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains(error.Replace("{plain}", JudgedRun.Plain, StringComparison.Ordinal).Replace("line 3", "line 4", StringComparison.Ordinal).Replace("line 2", "line 3", StringComparison.Ordinal), refused.Error, StringComparison.Ordinal);
        Assert.Contains("no label was stored", refused.Error, StringComparison.Ordinal);
        Assert.Equal("scenario,variant,sample,metric,value,labeller,note,time\n", (await run.CommandAsync("labels", "export", run.RunId)).Output);
    }

    [Theory]
    [InlineData("", "The file has no rows")]
    [InlineData("scenario,variant\ns1,x\n", "The columns scenario and value (or label) are needed, but the file has scenario, variant.")]
    [InlineData("scenario,value,label\ns1,1,1\n", "The columns 'value' and 'label' both mean value: keep one.")]
    [InlineData("scenario,value\n\"s1,3\n", "cannot be read")]
    public async Task A_file_that_is_no_table_of_labels_is_refused(string text, string error)
    {
        var refused = await ImportAsync(text);

        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains(error, refused.Error, StringComparison.Ordinal);
    }

    private Task<CommandResult> ImportAsync(string text) => run.CommandAsync("labels", "import", run.Bench.Write("labels.csv", text), run.RunId, "--json");
}
