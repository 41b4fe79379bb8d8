namespace FunctionsEval.Functions.Tests.Cli;

/// <summary>Whatever can be refused is refused with 1 and a sentence, before a store is made or a call is paid for.</summary>
public sealed class Refusing_bad_input
{
    private const string Valid = """
        name: n
        scenarios:
          - { id: a, prompt: p }
          - { id: b, prompt: q }
        models: ["openai-compatible:sim-noisy"]
        """;

    /// <summary>What is wrong; the text of the definition; line and column; what the message says.</summary>
    public static TheoryData<string, string, string, string> Definitions => new()
    {
        { "bad YAML", "name: [1, 2\nmodels: x", "", "The document is not valid YAML" },
        { "a zero byte", Valid + "\n\0samplesPerScenario: 3", "6:1", "The document is not valid YAML: it holds a zero byte." },
        { "empty", "", "1:1", "The document is not valid YAML: it is empty." },
        { "unknown field", Valid + "\nsamplesPerScenaro: 3", "6:1", "samplesPerScenario" },
        { "samples 0", Valid + "\nsamplesPerScenario: 0", "6:21", "samplesPerScenario must be between 1 and 100, but is 0." },
        { "samples 101", Valid + "\nsamplesPerScenario: 101", "6:21", "samplesPerScenario must be between 1 and 100, but is 101." },
        { "samples a word", Valid + "\nsamplesPerScenario: many", "6:21", "samplesPerScenario" },
        { "percentage 0", Valid + "\nsamplePercentage: 0", "6:19", "samplePercentage must be between 1 and 100, but is 0." },
        { "duplicate ids", Valid.Replace("id: b", "id: a", StringComparison.Ordinal), "4:11", "\"a\"" },
        { "no scenarios", "name: n\nscenarios: []\nmodels: [m]", "2:12", "scenarios must list between 1 and 100,000 scenarios, but lists 0." },
        { "no models", "name: n\nscenarios: [{ id: a, prompt: p }]\nmodels: []", "3:9", "models must list between 1 and 100 models, but lists 0." },
        { "blank prompt", "name: n\nscenarios: [{ id: a, prompt: ' ' }]\nmodels: [m]", "2:30", "scenarios[0].prompt" },
        { "unknown scorer", Valid + "\nscorers: [{ type: vibes }]", "6:19", "scorers[0].type must be one of exact, contains, starts_with, " },
        { "bad pattern", Valid + "\nscorers: [{ type: regex, pattern: '(' }]", "6:35", "pattern" },
        { "temperature 3", Valid + "\nconfig: { temperature: 3 }", "6:24", "config.temperature must be between 0 and 2, but is 3." },
    };

    [Theory]
    [MemberData(nameof(Definitions))]
    public async Task A_bad_definition_is_named_with_file_line_field_and_rule(string what, string definition, string place, string message)
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(definition);

        Assert.True(result.ExitCode == 1, what);
        Assert.Empty(result.Output);
        Assert.Contains($"{bench.Path("definition.yaml")}:{place}", result.Error, StringComparison.Ordinal);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        AssertNothingHappened(bench);
    }

    [Fact]
    public async Task Of_many_complaints_the_first_are_printed_and_the_rest_are_counted()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scenarios: 2_000, scorers: "{ type: exact }"));

        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((1, 21), (result.ExitCode, lines.Length));
        Assert.Contains("scenarios[19].expected", lines[19], StringComparison.Ordinal);
        Assert.Contains("... and 1,980 more", lines[20], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--samples 0", "--samples must be between 1 and 100, but is 0.")]
    [InlineData("--samples 101", "--samples must be between 1 and 100, but is 101.")]
    [InlineData("--samples three", "--samples must be a whole number of at most 32 bits, but is 'three'.")]
    [InlineData("--percentage 0", "--percentage must be between 1 and 100, but is 0.")]
    [InlineData("--percentage 101", "--percentage must be between 1 and 100, but is 101.")]
    [InlineData("--percentage 1e9", "--percentage must be a whole number of at most 32 bits, but is '1e9'.")]
    [InlineData("--budget 0", "--budget must be")]
    [InlineData("--seed x", "--seed must be a whole number of at most 64 bits, but is 'x'.")]
    [InlineData("--concurrency 0", "--concurrency must be between 1 and 4096, but is 0.")]
    [InlineData("--concurrency 5000", "--concurrency must be between 1 and 4096, but is 5000.")]
    [InlineData("--concurrency all", "--concurrency must be a whole number of at most 32 bits, but is 'all'.")]
    [InlineData("--base-url ftp://x", "--base-url must be an absolute http or https URL, or PROVIDER=URL, but is 'ftp://x'.")]
    [InlineData("--base-url nowhere", "--base-url must be an absolute http or https URL, or PROVIDER=URL, but is 'nowhere'.")]
    [InlineData("--model frobnicate:x", "models[0] 'frobnicate:x' cannot be called: UNSUPPORTED_PROVIDER")]
    [InlineData("--model anthropic:claude", "models[0] 'anthropic:claude' cannot be called: MISSING_API_KEY: ANTHROPIC_API_KEY is not set")]
    [InlineData("--model openai:", "models[0] 'openai:' cannot be called: VALIDATION_ERROR")]
    [InlineData("--model openai:gpt-4.1-mini", "models[0] 'openai:gpt-4.1-mini' cannot be called: MISSING_API_KEY: OPENAI_API_KEY is not set")]
    [InlineData("--model sim-noisy --model sim-noisy", "models[1] repeats the model \"sim-noisy\".")]
    [InlineData("--frobnicate", "Unrecognized command or argument '--frobnicate'.")]
    public async Task A_bad_option_is_named_with_its_value_and_rule(string options, string message)
    {
        await using var bench = await Workbench.CreateAsync();

        string[] arguments = ["run", bench.Write("definition.yaml", Valid), "--data", bench.Data, .. options.Split(' ')];
        var result = await bench.CommandAsync(options.Contains("--base-url", StringComparison.Ordinal) ? arguments : [.. arguments, "--base-url", bench.BaseUrl]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        AssertNothingHappened(bench);
    }

    [Fact]
    public async Task All_errors_are_told_at_once()
    {
        await using var bench = await Workbench.CreateAsync();

        var inFile = await bench.RunAsync(Valid + "\nsamplesPerScenario: 0\nsamplePercentage: 0\nfrob: 1");
        var inOptions = await bench.RunAsync(Valid, "--samples", "0", "--percentage", "0");

        Assert.Equal(3, inFile.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(2, inOptions.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["run", bench.Path("nowhere.yaml"), "--base-url", bench.BaseUrl, "--data", bench.Data]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"'{bench.Path("nowhere.yaml")}' does not exist", result.Error, StringComparison.Ordinal);
        AssertNothingHappened(bench);
    }

    [Theory]
    [InlineData(".yaml")]
    [InlineData(".json")]
    public async Task A_prompt_of_10_MB_is_refused_by_its_length(string extension)
    {
        await using var bench = await Workbench.CreateAsync();
        var prompt = new string('x', 10 * 1024 * 1024);
        var file = bench.Write(
            "large" + extension, $$"""{ "name": "n", "scenarios": [{ "id": "a", "prompt": "{{prompt}}" }], "models": ["openai-compatible:sim-noisy"] }""");

        var result = await bench.CommandAsync(["run", file, "--base-url", bench.BaseUrl, "--data", bench.Data]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{file}:1:", result.Error, StringComparison.Ordinal);
        Assert.Contains("scenarios[0].prompt", result.Error, StringComparison.Ordinal);
        Assert.Contains("100,000", result.Error, StringComparison.Ordinal);
        Assert.InRange(result.Error.Length, 1, 1000);
        AssertNothingHappened(bench);
    }

    [Theory]
    [InlineData("serve --port 70000", "--port must be between 0 and 65535, but is 70000.")]
    [InlineData("serve --port -1", "--port must be between 0 and 65535, but is -1.")]
    [InlineData("serve --address nowhere", "--address must be an IP address, but is 'nowhere'.")]
    [InlineData("serve --address 0.0.0.0", "--address 0.0.0.0 is not a loopback address: set FUNCTIONSEVAL_API_KEY first")]
    [InlineData("simulate --port 70000", "--port is 70000, but must be between 0 and 65535.")]
    [InlineData("simulate --fail often", "--fail must be a number, but is 'often'.")]
    [InlineData("simulate --fail 2", "--fail is 2, but must be between 0 and 1.")]
    [InlineData("simulate --fail 0.5 --fail-429 0.7", "may not exceed 1")]
    [InlineData("simulate --latency -3", "must not be negative")]
    [InlineData("simulate --rate 0", "--rate is 0, but must be above 0")]
    [InlineData("plan --effect 0.05", "Give either --pilot, or --difference-variance and --within.")]
    [InlineData("plan --effect 0.05 --pilot r1 --samples 0", "--samples must be between 1 and 100, but is 0.")]
    [InlineData("selftest --samples 7", "--samples is for a self-test on a definition: name its file.")]
    [InlineData("frobnicate", "'frobnicate' is not a verb.")]
    [InlineData("", "Required command was not provided.")]
    public async Task Other_verbs_refuse_bad_options_too(string arguments, string message)
    {
        await using var bench = await Workbench.CreateAsync();

        string[] given = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var result = await bench.CommandAsync(given is ["serve", ..] ? [.. given, "--data", bench.Data] : given);

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        AssertNothingHappened(bench);
    }

    [Fact]
    public async Task A_command_line_that_is_wrong_leaves_standard_output_empty_and_says_where_help_is()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync(["run", bench.Path("definition.yaml"), "--json", "--frobnicate"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.StartsWith("functionseval: ", line, StringComparison.Ordinal));
        Assert.Equal("functionseval: 'functionseval run --help' tells what it takes.", lines[^1].TrimEnd());
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("simulate")]
    public async Task A_port_in_use_is_named(string verb)
    {
        await using var bench = await Workbench.CreateAsync();
        string[] arguments = [verb, "--port", $"{bench.Simulator.Port}"];

        var result = await bench.CommandAsync(verb == "serve" ? [.. arguments, "--data", bench.Data] : arguments);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"cannot listen on port {bench.Simulator.Port}", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", "nonsense", "AzureWebJobsStorage")]
    [InlineData("AzureWebJobsStorage__accountName", "No_Such", "AzureWebJobsStorage__accountName 'No_Such'")]
    [InlineData("AzureWebJobsStorage__tableServiceUri", "https://x.table.core.windows.net", "AzureWebJobsStorage__tableServiceUri")]
    public async Task A_bad_storage_setting_is_named(string variable, string value, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Environment[variable] = value;

        var result = await bench.RunAsync(Valid);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private static void AssertNothingHappened(Workbench bench)
    {
        Assert.False(Directory.Exists(bench.Data), "A data folder was made.");
        Assert.Equal(0, bench.Simulator.Stats().Calls);
    }
}
