using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Configuration;

/// <summary>Files, environment and options: which one holds, and what is refused.</summary>
public sealed class Finding_settings : IAsyncLifetime
{
    private const string Minimal = "name: n\nscenarios: [{ id: a, prompt: How acceptable is this? }]\nscorers: [" + Yaml.Ratings + "]\n";

    private Workbench _bench = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await Workbench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Each_source_goes_before_those_that_are_further_from_the_command()
    {
        Directory.CreateDirectory(_bench.Path("project/definitions"));
        _bench.Write("project/functionseval.yaml", """
            data: store
            samplesPerScenario: 3
            models: ["openai-compatible:sim-noisy"]
            concurrency: 8
            budget: { maxUsd: 2.5 }
            baseUrls: { openai-compatible: "http://127.0.0.1:1/v1", mistral: "http://127.0.0.1:2" }
            """);
        _bench.Write("project/.env", "# of this machine\nexport FUNCTIONSEVAL_CONCURRENCY=9 # not eight\nMISTRAL_BASE_URL='http://127.0.0.1:3'\nOPENAI_API_KEY=\"sk-of-a-file\"\nOTHER_PROGRAM=x\n");
        _bench.Environment["MISTRAL_BASE_URL"] = "http://127.0.0.1:4";
        var file = _bench.Write("project/definitions/d.yaml", Minimal);

        var shown = await _bench.CommandAsync(["config", file, "--base-url", "http://127.0.0.1:5/v1", "--json"], Cancel);

        Assert.True(shown.ExitCode == 0, shown.Error);
        var settings = shown.Json.GetProperty("settings").EnumerateArray().ToDictionary(
            setting => setting.GetProperty("name").GetString()!, setting => (Text(setting, "value"), Text(setting, "from")), StringComparer.Ordinal);
        Assert.Equal((_bench.Path("project/store"), "functionseval.yaml"), settings["data"]);
        Assert.Equal(("3", "functionseval.yaml"), settings["samplesPerScenario"]);
        Assert.Equal(("2.5", "functionseval.yaml"), settings["budget.maxUsd"]);
        Assert.Equal(("9", ".env"), settings["concurrency"]);
        Assert.Equal(("http://127.0.0.1:5/v1", "--base-url"), settings["baseUrls.openai-compatible"]);
        Assert.Equal(("set", ".env"), settings["OPENAI_API_KEY"]);
        Assert.Equal(("https://api.anthropic.com/v1", "default"), settings["baseUrls.anthropic"]);
        Assert.Equal((null, null), settings["ANTHROPIC_API_KEY"]);
        Assert.DoesNotContain("sk-of-a-file", shown.Output + shown.Error, StringComparison.Ordinal);
        Assert.Equal(_bench.Path("project/.env"), shown.Json.GetProperty("environmentFile").GetString());
        var table = await _bench.CommandAsync(["config", file], Cancel);
        Assert.Contains("http://127.0.0.1:4", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-of-a-file", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_gets_what_it_does_not_say_and_keeps_what_it_says()
    {
        _bench.Write("functionseval.yaml", $"samplesPerScenario: 3\nmodels: [\"openai-compatible:sim-noisy\"]\nbaseUrls: {{ openai-compatible: \"{_bench.BaseUrl}\" }}\ndata: data\n");
        var bare = _bench.Write("bare.yaml", Minimal);
        var own = _bench.Write("own.yaml", Minimal + "models: [\"openai-compatible:sim-steady\"]\nsamplesPerScenario: 2\n");

        var first = await _bench.CommandAsync(["run", bare, "--json"], Cancel);
        var second = await _bench.CommandAsync(["run", own, "--json"], Cancel);
        var third = await _bench.CommandAsync(["run", own, "--json", "--samples", "1"], Cancel);

        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Contains("openai-compatible:sim-noisy: called at", first.Error, StringComparison.Ordinal);
        Assert.Equal([3, 2, 1], new[] { first, second, third }.Select(run => run.Json.GetProperty("progress").GetProperty("total").GetInt32()));
        var run = (await _bench.ReadAsync(second.Json.GetProperty("runId").GetString())).Run;
        Assert.Equal("openai-compatible:sim-steady", Assert.Single(run.Variants).Model);
    }

    [Fact]
    public async Task Verbs_without_a_definition_take_the_settings_of_the_folder_they_are_called_in()
    {
        _bench.Write("functionseval.yaml", "data: data\n");
        Directory.CreateDirectory(_bench.Path("below"));
        var run = await _bench.RunAsync(Yaml.Of(1, 1));
        Assert.True(run.ExitCode == 0, run.Error);
        var output = new SharedText();

        var exitCode = await CommandLine.RunAsync(_bench.Terminal(output, new SharedText()) with { Folder = _bench.Path("below") }, ["runs", "--json"], Cancel);

        Assert.Equal(0, exitCode);
        Assert.Contains(run.Json.GetProperty("runId").GetString()!, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_search_ends_at_the_root_of_a_repository()
    {
        Directory.CreateDirectory(_bench.Path("repository/.git"));
        _bench.Write("functionseval.yaml", "samplesPerScenario: 3\n");
        var file = _bench.Write("repository/d.yaml", Minimal);

        var shown = await _bench.CommandAsync(["config", file, "--json"], Cancel);

        Assert.Null(shown.Json.GetProperty("projectFile").GetString());
    }

    [Theory]
    [InlineData("samples: 3\n", ":1:1: samples is not a known field; did you mean")]
    [InlineData("models: [a-model]\n", ":1:10: models[0] must be provider:model")]
    [InlineData("\nsamplesPerScenario: 101\n", ":2:21: samplesPerScenario must be between 1 and 100, but is 101.")]
    [InlineData("baseUrls: { opnai: \"https://a.example\" }\n", "baseUrls.opnai is not a known field; did you mean \"openai\"?")]
    [InlineData("baseUrls: { openai: \"ftp://a.example\" }\n", "baseUrls.openai must be an absolute http or https URL, but is 'ftp://a.example'.")]
    [InlineData("baseUrls: { openai: \"https://me:sk-secret@a.example\" }\n", "baseUrls.openai must not hold a user name or password")]
    [InlineData("data: data\n\0samplesPerScenario: 3\n", ":2:1: The document is not valid YAML: it holds a zero byte.")]
    [InlineData("OPENAI_API_KEY: sk-secret\n", ":1:17: OPENAI_API_KEY must not be in functionseval.yaml, which is shared: set OPENAI_API_KEY in the environment or in .env")]
    [InlineData("apiKey: sk-secret\n", "apiKey must not be in functionseval.yaml")]
    [InlineData("baseUrls: { key: sk-secret }\n", "baseUrls.key must not be in functionseval.yaml")]
    [InlineData("OPENAI_BASE_URL: https://a.example\n", "OPENAI_BASE_URL is a variable: here it is called baseUrls.openai.")]
    [InlineData("TRIAGE_MODEL: m\n", "TRIAGE_MODEL belongs into the environment or .env.")]
    [InlineData("prices:\n  \"openai-compatible:m\": { input: 1, outptu: 2 }\n", "line 2: prices.openai-compatible:m.outptu is not a known field; did you mean output?")]
    [InlineData("prices: { m: { input: 1, output: 2 } }\n", "prices must name models as provider:model")]
    [InlineData("limits: \"openai=rps:1\"\n", "limits: 'rps' of")]
    [InlineData("budget: 5\n", "budget must be a mapping of fields, but is 5.")]
    [InlineData("concurrency: [\n", "The document is not valid YAML")]
    [InlineData("- a\n", "the settings must be a mapping of fields, but are a list.")]
    public async Task What_is_wrong_with_the_project_file_is_told_with_its_place_and_without_a_secret(string yaml, string message)
    {
        var path = _bench.Write("functionseval.yaml", yaml);

        var shown = await _bench.CommandAsync(["config", _bench.Write("d.yaml", Minimal)], Cancel);

        Assert.Equal(1, shown.ExitCode);
        Assert.Contains(path, shown.Error, StringComparison.Ordinal);
        Assert.Contains(message, shown.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", shown.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A=1\nsk-secret\n", ".env:2: must be NAME=VALUE")]
    [InlineData("A=\"sk-secret\nB=1\n", ".env:1: must be NAME=VALUE")]
    [InlineData("A=\"1\n2\"\nFUNCTIONSEVAL_SAMPELS=3\n", ".env:3: FUNCTIONSEVAL_SAMPELS is not a known variable; did you mean FUNCTIONSEVAL_SAMPLES?")]
    [InlineData("FUNCTIONSEVAL_SAMPLES=many\n", "FUNCTIONSEVAL_SAMPLES must be a whole number between 1 and 100, but is 'many'.")]
    [InlineData("FUNCTIONSEVAL_MODELS=gpt-4o-mini,nobody\n", "A model of FUNCTIONSEVAL_MODELS must be provider:model")]
    [InlineData("FUNCTIONSEVAL_BUDGET_USD=0\n", "FUNCTIONSEVAL_BUDGET_USD must be above 0")]
    public async Task What_is_wrong_with_the_environment_file_is_told_with_its_line_and_without_its_content(string text, string message)
    {
        _bench.Write(".env", text);

        var shown = await _bench.CommandAsync(["config", _bench.Write("d.yaml", Minimal)], Cancel);

        Assert.Equal(1, shown.ExitCode);
        Assert.Contains(message, shown.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", shown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prices_of_the_project_count_for_its_own_models()
    {
        _bench.Write("functionseval.yaml", $"prices:\n  \"openai-compatible:sim-noisy\": {{ input: 1000, output: 2000 }}\nbaseUrls: {{ openai-compatible: \"{_bench.BaseUrl}\" }}\n");
        var file = _bench.Write("d.yaml", Minimal + "models: [\"openai-compatible:sim-noisy\"]\n");

        var estimate = await _bench.CommandAsync(["estimate", file, "--json", "--data", _bench.Data], Cancel);

        Assert.True(estimate.ExitCode == 0, estimate.Error);
        Assert.True(estimate.Json.GetProperty("costUsd").GetDecimal() > 0, estimate.Output);
    }

    [Fact]
    public void A_variable_that_is_set_and_empty_hides_what_the_files_say()
    {
        var path = _bench.Write(".env", "OPENAI_API_KEY=sk-of-a-file\nTRIAGE_MODEL=\"a\\nb\\\"c\"\n");
        _bench.Environment["OPENAI_API_KEY"] = "";

        var sources = new SettingSources(_bench.Environment.GetValueOrDefault, Path.GetDirectoryName(path)!);

        Assert.Null(sources.Value("OPENAI_API_KEY"));
        Assert.Equal("a\nb\"c", sources.Value("TRIAGE_MODEL"));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
