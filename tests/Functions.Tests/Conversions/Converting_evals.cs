using System.IO.Compression;
using System.Text;
using FunctionsEval.Cli;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Conversions;

/// <summary>Files of OpenAI evals and of Inspect, in the shapes that public ones have.</summary>
public sealed class Converting_evals : IDisposable
{
    private const string Log = """
        {"version":2,"status":"success",
         "eval":{"task":"popularity","model":"openai/gpt-4o-mini","config":{"epochs":2},"scorers":[{"name":"match"}],"model_generate_config":{"max_connections":4}},
         "plan":{"name":"plan","steps":[{"solver":"system_message","params":{"template":"\nOnly Yes or No.\n"}},{"solver":"generate","params":{}},{"solver":"self_critique","params":{}}],"config":{"temperature":0.0}},
         "results":{"scores":[{"name":"match","scorer":"match","params":{"location":"begin"}},{"name":"model_graded_fact","scorer":"model_graded_fact","params":{}}]},
         "samples":[{"id":1,"epoch":1,"input":"Would you {{ say }} so?","target":" Yes"},{"id":1,"epoch":2,"input":"Would you {{ say }} so?","target":" Yes"},
                    {"id":2,"epoch":1,"input":[{"id":"x","source":"input","role":"user","content":[{"type":"text","text":"And so?"}]}],"target":["No","Never"]}]}
        """;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("evals.elsuite.basic.match:Match", "", "starts_with", false)]
    [InlineData("evals.elsuite.basic.includes.Includes", "    ignore_case: true\n", "contains", true)]
    [InlineData("evals.elsuite.basic.fuzzy_match:FuzzyMatch", "", "contains", true)]
    [InlineData("evals.elsuite.modelgraded.classify:ModelBasedClassify", "    modelgraded_spec: fact\n", "judge", false)]
    public async Task The_class_in_the_registry_says_how_an_eval_scores(string name, string more, string type, bool ignoreCase)
    {
        Write("data/x/samples.jsonl", """{"input":[{"role":"user","content":"1+1"}],"ideal":["2","two"]}""");
        Write("evals/x.yaml", $"x:\n  id: x.dev.v0\n  metrics: [accuracy]\nx.dev.v0:\n  class: {name}\n  args:\n    samples_jsonl: x/samples.jsonl\n{more}");

        var definition = await ConvertAsync("evals/x.yaml");

        Assert.Equal("x.dev.v0", definition.Name);
        var scorer = Assert.Single(definition.Scorers);
        Assert.Equal((type, ignoreCase), (scorer.Type, scorer.IgnoreCase));
        Assert.Equal(["2", "two"], definition.Scenarios[0].AllExpected());
    }

    [Fact]
    public async Task Of_several_evals_in_a_file_one_is_chosen_and_the_others_are_named()
    {
        Write("data/x/a.jsonl", """{"input":"1+1","ideal":"2"}""");
        Write("data/x/b.jsonl", """{"input":"2+2","ideal":"4"}""");
        Write("evals/x.yaml", "a.v0:\n  class: evals.elsuite.basic.match:Match\n  args: { samples_jsonl: x/a.jsonl }\nb.v0:\n  class: evals.elsuite.basic.match:Match\n  args: { samples_jsonl: x/b.jsonl, num_few_shot: 4 }\n");

        Assert.Equal((4, "left out: the other evals of the file; --eval NAME converts them: b.v0"), await FirstLineAsync("evals/x.yaml"));
        Assert.Equal((4, "left out: the few-shot turns of few_shot_jsonl; write them into the messages of the scenarios"), await FirstLineAsync("evals/x.yaml", "--eval", "b.v0"));
        Assert.Contains("it has no eval 'c', but a.v0, b.v0.", (await FirstLineAsync("evals/x.yaml", "--eval", "c")).Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_of_the_system_in_front_become_one_and_the_last_one_asks()
    {
        Write("a.jsonl", """{"input":[{"role":"system","content":"Find the rule."},{"role":"system","content":"(7,{{1}}) -> 0"},{"role":"system","content":"(4,[7]) -> "}],"ideal":5}""");

        var scenario = Assert.Single((await ConvertAsync("a.jsonl")).Scenarios);

        var opening = Opening.For("", scenario, Variant.Of("m"));
        Assert.Equal(("Find the rule.\n\n(7,{{1}}) -> 0", "(4,[7]) -> ", "5"), (opening.Messages[0].Text, opening.Prompt, scenario.Expected));
    }

    [Fact]
    public async Task Images_in_the_messages_of_samples_are_named_from_the_definition()
    {
        Write("in/a.jsonl", """{"input":[{"role":"user","content":[{"type":"text","text":"What is it?"},{"type":"image","image":"cat.png"}]}],"target":["cat","kitten"]}""");
        File.WriteAllBytes(_folder.File("in/cat.png"), Pictures.Pixel);

        var scenario = Assert.Single((await ConvertAsync("in/a.jsonl")).Scenarios);

        Assert.Equal(("What is it?", "cat.png"), (scenario.Prompt, Assert.Single(scenario.Images!).Name));
    }

    [Theory]
    [InlineData("a.csv", "input,target,choices\nWhich?,B,\"1, 2\"\n")]
    [InlineData("a.csv", "input,target,choices\nWhich?,B,\"[\"\"1\"\", \"\"2\"\"]\"\n")]
    [InlineData("a.json", """[{"input":"Which?","target":"B","choices":["1","2"]}]""")]
    public async Task Tables_and_lists_of_samples_are_read_too(string file, string text)
    {
        Write(file, text);

        var definition = await ConvertAsync(file);

        var opening = Opening.For("", definition.Scenarios[0], definition.AllVariants()[0]);
        Assert.StartsWith("Which?\n\nA) 1\nB) 2\n", opening.Prompt, StringComparison.Ordinal);
        Assert.Equal(["A", "B"], definition.Scorers[0].Choices);
    }

    [Theory]
    [InlineData("log.json")]
    [InlineData("log.eval")]
    public async Task A_log_of_Inspect_has_model_settings_samples_and_scorers(string file)
    {
        WriteLog(file);

        var definition = await ConvertAsync(file, exitCode: 4);

        Assert.Equal(("popularity", "Only Yes or No.", 2), (definition.Name, definition.Preamble, definition.SamplesPerScenario));
        Assert.Equal(["openai:gpt-4o-mini"], definition.Models);
        Assert.Equal((0.0, null), (definition.Config.Temperature, definition.Config.MaxTokens));
        Assert.Equal(["1", "2"], definition.Scenarios.Select(scenario => scenario.Id));
        Assert.Equal(["Would you {{ say }} so?", "And so?"], definition.Scenarios.Select(scenario => Opening.For("", scenario, Variant.Of("m")).Prompt));
        Assert.Equal(["starts_with", "judge"], definition.Scorers.Select(scorer => scorer.Type));
        Assert.Contains("# Left out: solver self_critique.", File.ReadAllText(_folder.File("out.yaml")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.eval", "no archive", "it is no archive that can be read here")]
    [InlineData("a.json", """{"eval":{"model":"openai/x"},"plan":{},"samples":null}""", "the log has no samples")]
    [InlineData("a.json", """{"eval":{"model":"openai/x"},"plan":{},"samples":[{"id":1,"input":[{"role":"user","content":[{"type":"image","image":"data:image/png;base64,AA"}]}],"target":"x"}]}""", "no sample can be carried over: samples with an image that stands in the file itself")]
    [InlineData("a.yaml", "x:\n  class: evals.elsuite.bluff.eval:BluffEval\n", "no eval in it has samples and a way to score that can be carried over (BluffEval)")]
    [InlineData("a.yaml", "x:\n  class: evals.elsuite.basic.match:Match\n  args: { samples_jsonl: x.jsonl }\n", "the samples of x are not there: ")]
    [InlineData("a.jsonl", "version https://git-lfs.github.com/spec/v1\noid sha256:8f\nsize 503\n", "is a pointer of Git LFS; 'git lfs pull' brings its content.")]
    public async Task What_cannot_be_carried_over_is_refused_with_the_reason(string file, string text, string message)
    {
        Write(file, text);

        var (exitCode, line) = await FirstLineAsync(file);

        Assert.Equal(1, exitCode);
        Assert.Contains(message, line, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("out.yaml")));
    }

    public void Dispose() => _folder.Dispose();

    private void WriteLog(string file)
    {
        if (file.EndsWith(".json", StringComparison.Ordinal))
        {
            Write(file, Log);
            return;
        }

        var log = System.Text.Json.Nodes.JsonNode.Parse(Log)!;
        using var archive = ZipFile.Open(_folder.File(file), ZipArchiveMode.Create);
        foreach (var sample in log["samples"]!.AsArray())
        {
            Add($"samples/{sample!["id"]}_epoch_{sample["epoch"]}.json", sample.ToJsonString());
        }

        log["samples"] = null;
        Add("header.json", log.ToJsonString());

        void Add(string name, string content)
        {
            using var writer = new StreamWriter(archive.CreateEntry(name).Open());
            writer.Write(content);
        }
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.WriteAllText(_folder.File(name), text);
    }

    private async Task<(int ExitCode, string Error)> RunAsync(string file, params string[] options)
    {
        using var output = new StringWriter();
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, error, IsOutRedirected: true, IsErrorRedirected: true, _ => null);
        return (await CommandLine.RunAsync(terminal, ["convert", _folder.File(file), "-o", _folder.File("out.yaml"), .. options], TestContext.Current.CancellationToken), error.ToString());
    }

    private async Task<(int ExitCode, string Line)> FirstLineAsync(string file, params string[] options)
    {
        var (exitCode, error) = await RunAsync(file, options);
        return (exitCode, error.Split('\n')[0]);
    }

    private async Task<Definition> ConvertAsync(string file, int exitCode = 0)
    {
        var (code, error) = await RunAsync(file);
        Assert.True(code == exitCode, error);
        var outcome = await DefinitionReader.ReadAsync(
            Encoding.UTF8.GetBytes(File.ReadAllText(_folder.File("out.yaml"))), isJson: false, new DatasetFiles(_folder.Path), DefinitionDefaults.None, TestContext.Current.CancellationToken, new ImageFiles(_folder.Path));
        return Assert.IsType<DefinitionOutcome.Parsed>(outcome).Definition;
    }
}
