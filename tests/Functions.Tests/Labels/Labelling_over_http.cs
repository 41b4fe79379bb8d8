using System.Net;
using FunctionsEval.Functions.Tests.Http;

namespace FunctionsEval.Functions.Tests.Labels;

public sealed class Labelling_over_http : IAsyncLifetime
{
    private ServerHost _server = null!;
    private string _run = "";

    public async ValueTask InitializeAsync()
    {
        var bench = await Workbench.CreateAsync();
        _run = await JudgedRun.RunAsync(bench);
        _server = await ServerHost.StartAsync(bench);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Labels_are_added_listed_and_refused_as_a_whole()
    {
        var path = $"/api/runs/{_run}/labels";
        var added = await _server.PostAsync(path, $$"""{"labels":[{"scenarioId":"s1","variant":"{{JudgedRun.Plain}}","sampleIndex":0,"metric":"quality","value":4,"labeller":"ann","note":"fine"},{"scenarioId":"s2","variant":"{{JudgedRun.Wordy}}","value":2}]}""");
        Assert.Equal((HttpStatusCode.OK, 2), (added.Status, added.Json.GetProperty("added").GetInt32()));

        var refused = await _server.PostAsync(path, $$"""{"labels":[{"scenarioId":"s3","variant":"{{JudgedRun.Plain}}","value":3},{"scenarioId":"s4","variant":"{{JudgedRun.Plain}}","value":9}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("value of 'quality' must be a number from 1 to 5, but is '9'.", refused.Json.GetProperty("errors").GetProperty("labels[1].value")[0].GetString(), StringComparison.Ordinal);

        var listed = (await _server.GetAsync($"{path}?metric=quality")).Json.GetProperty("labels").EnumerateArray().ToList();
        Assert.Equal(["s1", "s2"], listed.Select(label => label.GetProperty("scenarioId").GetString()!));
        Assert.Equal(["ann", "someone"], listed.Select(label => label.GetProperty("labeller").GetString()!));
        Assert.Empty((await _server.GetAsync($"{path}?metric=truth")).Json.GetProperty("labels").EnumerateArray());

        Assert.Equal(HttpStatusCode.NotFound, (await _server.GetAsync("/api/runs/r000000000000000/labels")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _server.PostAsync("/api/runs/r000000000000000/labels", """{"labels":[{"scenarioId":"s1","value":1}]}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _server.PostAsync(path, """{"labels":[]}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _server.PostAsync(path, """{"labels":[{"scenarioId":"s1","value":"good"}]}""")).Status);

        var plan = await _server.GetAsync($"{path}/plan");
        Assert.Equal(HttpStatusCode.BadRequest, plan.Status);
        Assert.Contains("fewer than 2 scenarios of both variants", plan.Text, StringComparison.Ordinal);
    }
}
