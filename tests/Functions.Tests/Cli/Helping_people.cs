using FunctionsEval.Cli;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Cli;

/// <summary>What a newcomer types, and what the program makes of it.</summary>
public sealed class Helping_people : IAsyncLifetime
{
    private Workbench _bench = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await Workbench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("rum x", "functionseval: 'rum' is not known: did you mean 'functionseval run'?")]
    [InlineData("run x --sampels 2", "functionseval: '--sampels' is not known: did you mean 'functionseval run --samples'?")]
    [InlineData("run --sampels 2 x", "functionseval: '--sampels' is not known: did you mean 'functionseval run --samples'?")]
    [InlineData("init --qqqqqq", "functionseval: '--qqqqqq' is no option of 'functionseval init', which '--help' lists; a name that begins with a hyphen goes behind '--'.")]
    [InlineData("shw latest", "functionseval: 'shw' is not known: did you mean 'functionseval show'?")]
    public async Task A_misspelt_word_gets_one_suggestion(string command, string message)
    {
        var result = await CommandAsync(command.Split(' '));

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Equal(message, result.Error.TrimEnd());
    }

    [Fact]
    public async Task What_is_like_no_verb_is_told_in_a_line_and_where_help_is()
    {
        var result = await CommandAsync("frobnicate");

        Assert.Equal(["functionseval: 'frobnicate' is not a verb.", "functionseval: 'functionseval --help' tells what it takes."], result.Error.TrimEnd().Split('\n').Select(line => line.TrimEnd()));
    }

    [Fact]
    public async Task Help_and_version_work_however_they_are_asked_for()
    {
        var (help, verb) = (await CommandAsync("--help"), await CommandAsync("run", "--help"));

        Assert.Equal(help.Output, (await CommandAsync("help")).Output);
        Assert.Equal(verb.Output, (await CommandAsync("help", "run")).Output);
        foreach (var version in new[] { "version", "-v" })
        {
            Assert.Matches(@"^\d+\.\d+\.\d+", (await CommandAsync(version)).Output);
        }
    }

    [Fact]
    public async Task Every_verb_is_listed_and_answers_to_its_name()
    {
        var list = (await CommandAsync("--help")).Output;

        Assert.InRange(CommandLine.Verbs.Length, 30, 100);
        foreach (var (name, _) in CommandLine.Verbs)
        {
            Assert.Contains($"\n  {name} ", list, StringComparison.Ordinal);
            var help = await CommandAsync(name, "--help");
            Assert.Equal(0, help.ExitCode);
            Assert.Matches($@"Usage:\s+\S+ {name}\b", help.Output);
        }
    }

    [Fact]
    public async Task A_definition_may_come_from_standard_input_and_a_folder_is_none()
    {
        var piped = await CommandAsync(Terminal(Yaml.Of(2, 1), isInteractive: false), "run", "-", "--base-url", _bench.BaseUrl, "--data", _bench.Data, "--json");
        var folder = await CommandAsync("run", Path.GetDirectoryName(_bench.Data)!);

        Assert.True(piped.ExitCode == 0, piped.Error);
        Assert.Contains("is a folder: name the definition in it.", folder.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_estimate_tells_cells_calls_and_cost_and_starts_nothing()
    {
        _bench.Environment["OPENAI_API_KEY"] = "sk-test";
        var file = _bench.Write("paid.yaml", Yaml.Of(3, 2).Replace("openai-compatible:sim-noisy", "openai:gpt-4.1-mini", StringComparison.Ordinal));

        var text = await CommandAsync("estimate", file, "--samples", "4", "--data", _bench.Data);
        var json = await CommandAsync("estimate", file, "--samples", "4", "--data", _bench.Data, "--json");

        Assert.True(text.ExitCode == 0, text.Error);
        Assert.Matches(@"^3 scenarios x 1 variants x 4 samples: 12 cells, 12 calls, about \$0\.\d+\n", text.Output.ReplaceLineEndings("\n"));
        Assert.Equal(12, json.Json.GetProperty("calls").GetInt32());
        Assert.False(Directory.Exists(_bench.Data));
    }

    [Fact]
    public async Task Without_a_key_an_estimate_says_what_a_run_would_need()
    {
        var file = _bench.Write("paid.yaml", Yaml.Of(3, 2).Replace("openai-compatible:sim-noisy", "openai:gpt-4.1-mini", StringComparison.Ordinal));

        var estimate = await CommandAsync("estimate", file, "--data", _bench.Data);
        var run = await CommandAsync("run", file, "--yes", "--data", _bench.Data);

        Assert.Equal((0, 1), (estimate.ExitCode, run.ExitCode));
        Assert.Contains("6 calls, about $0.", estimate.Output, StringComparison.Ordinal);
        Assert.Contains("OPENAI_API_KEY is not set: a run would need it", estimate.Error, StringComparison.Ordinal);
        Assert.Contains("OPENAI_API_KEY is not set", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_bench.Data));
    }

    [Theory]
    [InlineData("n", 1)]
    [InlineData("", 1)]
    public async Task A_paid_run_on_a_terminal_is_asked_about_first(string answer, int exitCode)
    {
        _bench.Environment["OPENAI_API_KEY"] = "sk-test";
        var file = _bench.Write("paid.yaml", Yaml.Of(3, 2).Replace("openai-compatible:sim-noisy", "openai:gpt-4.1-mini", StringComparison.Ordinal));

        var result = await CommandAsync(Terminal(answer, isInteractive: true), "run", file, "--data", _bench.Data);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Matches(@"6 cells, 6 calls, about \$0\.\d+\. Start\? \[y/N\]", result.Error);
        Assert.False(Directory.Exists(_bench.Data));
    }

    [Fact]
    public async Task Init_writes_a_definition_that_runs()
    {
        var file = _bench.Path("first.yaml");

        var written = await CommandAsync(Terminal("my \"first\"\nopenai-compatible:sim-steady\n2\n", isInteractive: true), "init", file);
        var again = await CommandAsync("init", file);
        var run = await CommandAsync("run", file, "--base-url", _bench.BaseUrl, "--data", _bench.Data, "--json");

        Assert.True(written.ExitCode == 0, written.Error);
        Assert.Contains("--force replaces it", again.Error, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(12 * 2 * 2, run.Json.GetProperty("progress").GetProperty("completed").GetInt32());
        Assert.Equal("my \"first\"", (await _bench.ReadAsync()).Run.Name);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Shells_ask_the_program_how_a_line_goes_on(string shell)
    {
        Assert.Contains("[suggest:", (await CommandAsync("completion", shell)).Output, StringComparison.Ordinal);
        Assert.Contains("answers", (await CommandAsync("[suggest:15]", "functionseval a")).Output, StringComparison.Ordinal);
    }

    private Task<CommandResult> CommandAsync(params string[] arguments) => _bench.CommandAsync(arguments, Cancel);

    private static async Task<CommandResult> CommandAsync(Terminal terminal, params string[] arguments)
    {
        var exitCode = await CommandLine.RunAsync(terminal, arguments, Cancel);
        return new CommandResult(exitCode, terminal.Out.ToString()!, terminal.Error.ToString()!);
    }

    private Terminal Terminal(string input, bool isInteractive) => _bench.Terminal(new SharedText(), new SharedText(), isErrorRedirected: !isInteractive) with
    {
        In = new StringReader(input),
        IsInRedirected = !isInteractive,
    };

    [Theory]
    [InlineData("/usr/bin/functionseval", "/bin:{folder}", "functionseval")]
    [InlineData("/opt/out/functionseval", "/bin:/nowhere", "/opt/out/functionseval")]
    [InlineData("/opt/my tools/functionseval", "", "\"/opt/my tools/functionseval\"")]
    [InlineData("/usr/bin/dotnet", "/usr/bin", "functionseval")]
    public void A_hint_names_the_program_so_that_it_can_be_pasted(string process, string path, string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("functionseval"), "");

        Assert.Equal(name, FunctionsEval.Cli.Terminal.PathOfProgram(process, path.Replace("{folder}", folder.Path, StringComparison.Ordinal)));
    }
}
