using System.Net;
using FunctionsEval.Functions.Tests.Http;

namespace FunctionsEval.Functions.Tests.Configuration;

public sealed class Changing_settings_over_http : IAsyncLifetime
{
    private const string Definition = "name: n\nscenarios: [{ id: a, prompt: How acceptable is this? }]\nscorers: [" + Yaml.Ratings + "]\n";

    private ServerHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_SAMPLES"] = "4";
        bench.Environment["OPENAI_API_KEY"] = "sk-secret-of-the-server";
        _host = await ServerHost.StartAsync(bench);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Defaults_hold_for_the_next_definition_and_say_where_they_are_from()
    {
        (await _host.PostAsync("/api/definitions", Definition, "application/yaml")).AssertProblem(HttpStatusCode.BadRequest, "models is required", "models");

        var put = await PutAsync("""{"models":["openai-compatible:sim-noisy"],"budgetUsd":2.5}""");

        Assert.True(put.Status == HttpStatusCode.OK, put.Text);
        var settings = (await _host.GetAsync("/api/settings")).Json;
        Assert.Equal(("openai-compatible:sim-noisy", "service"), Of(settings, "models"));
        Assert.Equal(("2.5", "service"), Of(settings, "budget.maxUsd"));
        Assert.Equal(("4", "environment"), Of(settings, "samplesPerScenario"));
        Assert.Equal(("set", "environment"), Of(settings, "OPENAI_API_KEY"));
        Assert.Equal((_host.Bench.Data, "--data"), Of(settings, "data"));
        Assert.DoesNotContain("sk-secret", put.Text, StringComparison.Ordinal);
        var definition = await _host.PostAsync("/api/definitions", Definition, "application/yaml");
        Assert.True(definition.Status == HttpStatusCode.Created, definition.Text);
        Assert.Equal(4, definition.Json.GetProperty("samplesPerScenario").GetInt32());
        Assert.Equal("openai-compatible:sim-noisy", definition.Json.GetProperty("variants")[0].GetProperty("model").GetString());

        // What is left out is as the service was started.
        await PutAsync("{}");
        Assert.Equal((null, null), Of((await _host.GetAsync("/api/settings")).Json, "models"));
    }

    [Fact]
    public async Task A_change_of_what_somebody_else_changed_is_refused()
    {
        using var first = await _host.Client.GetAsync("/api/settings");
        var tag = first.Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.NotModified, (await _host.SendAsync("GET", "/api/settings", null, null, ("If-None-Match", tag))).Status);

        var put = await PutAsync("""{"samplesPerScenario":5}""", ("If-Match", tag));
        var late = await PutAsync("""{"samplesPerScenario":6}""", ("If-Match", tag));

        Assert.True(put.Status == HttpStatusCode.OK, put.Text);
        late.AssertProblem(HttpStatusCode.PreconditionFailed, "were changed since they were read");
        Assert.Equal(("5", "service"), Of((await _host.GetAsync("/api/settings")).Json, "samplesPerScenario"));
    }

    [Theory]
    [InlineData("""{"samplesPerScenario":101}""", "samplesPerScenario", "must be between 1 and 100")]
    [InlineData("""{"budgetUsd":0}""", "budgetUsd", "must be above 0")]
    [InlineData("""{"models":["nobody"]}""", "models[0]", "must be provider:model")]
    [InlineData("""{"models":["openai:a","openai:a"]}""", "models", "openai:a")]
    [InlineData("""{"data":"/tmp/elsewhere"}""", "data", "data is not a known field. Known here are models, samplesPerScenario, budgetUsd.")]
    [InlineData("""{"OPENAI_API_KEY":"sk-1"}""", "OPENAI_API_KEY", "is not a known field")]
    [InlineData("""{"baseUrls":{"openai":"https://a.example"}}""", "baseUrls", "is not a known field")]
    public async Task What_breaks_a_rule_or_is_not_for_callers_changes_nothing(string json, string field, string message)
    {
        (await PutAsync(json)).AssertProblem(HttpStatusCode.BadRequest, message, field);

        Assert.Equal(("4", "environment"), Of((await _host.GetAsync("/api/settings")).Json, "samplesPerScenario"));
    }

    private Task<Answer> PutAsync(string json, params (string Name, string Value)[] headers) =>
        _host.SendAsync("PUT", "/api/settings", System.Text.Encoding.UTF8.GetBytes(json), "application/json", headers);

    private static (string? Value, string? From) Of(System.Text.Json.JsonElement settings, string name)
    {
        var setting = settings.GetProperty("settings").EnumerateArray().Single(setting => setting.GetProperty("name").GetString() == name);
        return (setting.GetProperty("value").GetString(), setting.GetProperty("from").GetString());
    }
}
