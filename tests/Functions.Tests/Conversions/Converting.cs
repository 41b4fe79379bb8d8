using System.Text;
using FunctionsEval.Cli;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Conversions;

/// <summary>Files of other tools become definitions, and what they ask for beyond that is listed.</summary>
public sealed class Converting : IDisposable
{
    private const string Prompts = "prompts: ['Capital of {{country}}?', 'What is the capital of {{country}}?']\nproviders: [openai:chat:gpt-4.1-mini, anthropic:messages:claude-sonnet-4-5]\n";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Prompts_providers_and_tests_of_promptfoo_are_carried_over()
    {
        var definition = await ConvertAsync($$"""
            {{Prompts}}
            tests:
              - vars: { country: France }
                assert: [{ type: icontains, value: paris }]
              - vars: { country: Japan }
                assert: [{ type: icontains, value: Tokyo }]
            """);

        Assert.Equal(["Capital of {{country}}?", "What is the capital of {{country}}?"], definition.Prompts.Select(prompt => prompt.Template));
        Assert.Equal(["openai:gpt-4.1-mini", "anthropic:claude-sonnet-4-5"], definition.Models);
        Assert.Equal(["paris", "Tokyo"], definition.Scenarios.Select(scenario => scenario.Expected));
        var scorer = Assert.Single(definition.Scorers);
        Assert.True(scorer is { Type: "contains", IgnoreCase: true, Value: null });
        Assert.Null(definition.Config.Temperature);
    }

    [Fact]
    public async Task Tests_that_assert_different_things_pass_as_promptfoo_lets_them_pass()
    {
        var definition = await ConvertAsync($$$"""
            {{{Prompts}}}
            defaultTest:
              assert: [{ type: latency, threshold: 2500 }]
            tests:
              - vars: { country: France }
                assert: [{ type: icontains, value: "{{country}}", weight: 2 }, { type: not-contains, value: sorry }]
              - vars: { country: [Japan, Peru] }
                threshold: 0.5
                assert: [{ type: regex, value: '^\w+$' }]
            """);

        var scorer = Assert.Single(definition.Scorers);
        Assert.Equal(("checks", "assertions"), (scorer.Type, scorer.Name));
        Assert.Equal(["France", "Japan", "Peru"], definition.Scenarios.Select(scenario => scenario.Vars!["country"].GetString()));
        var first = definition.Scenarios[0].Scorers![0];
        Assert.Equal("all", first.Match);
        Assert.Equal(["contains", "contains", "latency"], first.Of!.Select(check => check.Type));
        Assert.Equal("France", first.Of![0].Value);
        Assert.Equal(2, first.Of![0].Weight);
        Assert.True(first.Of![1].Not);
        Assert.Equal("<= 2.5", first.Of![2].Pass);
        Assert.Equal((null, ">= 0.5"), (definition.Scenarios[2].Scorers![0].Match, definition.Scenarios[2].Scorers![0].Pass));
    }

    [Theory]
    [InlineData("{ type: equals, value: x }", "exact")]
    [InlineData("{ type: contains-any, value: [x, y] }", "contains")]
    [InlineData("{ type: icontains-all, value: 'x, y' }", "contains")]
    [InlineData("{ type: starts-with, value: x }", "starts_with")]
    [InlineData("{ type: is-json }", "json_schema")]
    [InlineData("{ type: contains-json, value: { type: object, properties: { n: { type: number, minimum: 1 } } } }", "json_schema")]
    [InlineData("{ type: rouge-n, value: x, threshold: 0.6 }", "rouge_l")]
    [InlineData("{ type: bleu, value: x }", "bleu")]
    [InlineData("{ type: cost, threshold: 0.002 }", "cost")]
    [InlineData("{ type: not-is-refusal }", "refusal")]
    [InlineData("{ type: word-count, value: { min: 2, max: 9 } }", "length")]
    [InlineData("{ type: javascript, value: output.length < 100 }", "length")]
    [InlineData("{ type: javascript, value: \"output.toLowerCase().includes('x')\" }", "contains")]
    [InlineData("{ type: javascript, value: \"output.startsWith('x')\" }", "starts_with")]
    [InlineData("{ type: javascript, value: 'output.length <= 280 ? 1 : 0' }", "length")]
    [InlineData("{ type: javascript, value: 'output.length >= 100 && output.length <= 500' }", "checks")]
    [InlineData("{ type: javascript, value: \"JSON.parse(output).mood === 'sad'\" }", "json_path")]
    [InlineData("{ type: javascript, value: 'output.land === context.vars.country' }", "json_path")]
    [InlineData("{ type: python, value: \"len(output) < 300 and 'x' not in output.lower()\" }", "checks")]
    [InlineData("{ type: llm-rubric, value: polite }", "judge")]
    [InlineData("{ type: model-graded-closedqa, value: 'names {{country}}' }", "judge")]
    [InlineData("{ type: factuality, value: 'The capital of {{country}} is Paris' }", "judge")]
    [InlineData("{ type: g-eval, value: [clear, short] }", "judge")]
    [InlineData("{ type: select-best, value: the shorter one }", "pairwise")]
    [InlineData("{ type: assert-set, threshold: 0.5, assert: [{ type: contains, value: x }, { type: contains, value: y }] }", "checks")]
    public async Task An_assertion_becomes_a_scorer(string assertion, string type)
    {
        var definition = await ConvertAsync($"{Prompts}tests: [{{ vars: {{ country: France }}, assert: [{assertion}] }}]\n");

        Assert.Equal(type, Assert.Single(definition.Scorers).Type);
    }

    [Theory]
    [InlineData("tests: [{ vars: { country: a }, assert: [{ type: answer-relevance }] }]", "assertion answer-relevance (a judge scorer may take its place: docs/judges.md)")]
    [InlineData("tests: [{ vars: { country: a }, assert: [{ type: javascript, value: 'output.name === \"f\"' }] }]", "assertion javascript (a command or http scorer may take its place: docs/scorers.md)")]
    [InlineData("tests: [{ vars: { country: a }, assert: [{ type: select-best, value: x }] }, { vars: { country: b } }]", "assertion select-best, which not every test has exactly once (a pairwise scorer compares the answers of all)")]
    [InlineData("tests: [{ vars: { country: a }, assert: [{ type: javascript, value: 'JSON.parse(output).x > 3' }] }]", "assertion javascript (a command or http scorer may take its place: docs/scorers.md)")]
    [InlineData("tests: [{ vars: { country: a }, options: { transform: output.toLowerCase() } }]", "options.transform of a test")]
    [InlineData("tests: [{ vars: { country: file://a.png } }]", "variable country in the text of a prompt: an image, which goes with a message and not into its text")]
    [InlineData("tests: [{ vars: { country: a, more: file://a.docx } }]", "variable more of a.docx: a program makes it, or the format is not known")]
    [InlineData("tests: file://tests.py:make", "tests of tests.py:make: a program makes them, or the format is not known")]
    [InlineData("tests: [{ vars: { country: a } }]\nderivedMetrics: []", "derivedMetrics")]
    [InlineData("tests: [{ vars: { country: a } }]\nnunjucksFilters: {}", "nunjucksFilters")]
    public async Task What_has_no_equivalent_is_listed_and_exits_with_4(string more, string leftOut)
    {
        var (exitCode, error) = await RunAsync("c.yaml", Prompts + more + "\n");

        Assert.Contains($"left out: {leftOut}\n", error, StringComparison.Ordinal);
        Assert.Equal(4, exitCode);
        Assert.Contains($"# Left out: {leftOut}.", File.ReadAllText(_folder.File("out.yaml")), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("c.yaml", Prompts + more + "\n", "--allow-partial")).ExitCode);
    }

    [Fact]
    public async Task What_a_model_grades_becomes_judges_and_a_test_without_passes_them()
    {
        var definition = await ConvertAsync($$"""
            {{Prompts}}
            defaultTest:
              options: { provider: 'anthropic:messages:claude-sonnet-4-5' }
              assert: [{ type: llm-rubric, value: 'names {{Braces("country")}}' }]
            tests:
              - vars: { country: France }
                assert: [{ type: llm-rubric, value: 'is about {{Braces("country")}}' }, { type: factuality, value: It is Paris., weight: 2 }, { type: contains, value: Paris }]
              - vars: { country: Japan }
                assert: [{ type: llm-rubric, value: funny, threshold: 0.8 }, { type: contains, value: Tokyo }]
            """);

        Assert.Equal(["contains", "rubric", "rubric-2", "factuality", "rubric-3"], definition.Scorers.Select(scorer => scorer.Name));
        Assert.Equal(
            ["names {{country}}", "{{ rubric_2 }}", "{{ factuality }}", "{{ rubric_3 }}"], definition.Scorers.Skip(1).Select(scorer => scorer.Judge!.Rubric));
        Assert.All(definition.Scorers.Skip(1), scorer => Assert.Equal(["anthropic:claude-sonnet-4-5"], scorer.Judge!.Models));
        Assert.Equal("is about France", definition.Scenarios[0].Vars!["rubric_2"].GetString());
        Assert.Equal([("rubric-3", "length")], definition.Scenarios[0].Scorers!.Select(own => (own.Name, own.Type)));
        Assert.Equal(["rubric-2", "factuality"], definition.Scenarios[1].Scorers!.Select(own => own.Name));
        Assert.Equal((true, 2.0), (definition.Scorers[3].Judge!.PassFail, definition.Scorers[3].Weight));
        Assert.Equal((">= 0.8", 1.0), (definition.Scorers[4].Pass, definition.Scorers[4].Judge!.Scale!.Max));
    }

    [Fact]
    public async Task Images_of_a_chat_are_shown_with_its_question()
    {
        Write("chat.json", """
            [{"role":"system","content":{{ tone | dump }}},
             {"role":"user","content":[{"type":"text","text":"What is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{photo}}"}},{"type":"image_url","image_url":{"url":"{{url}}"}}]}]
            """);
        File.WriteAllBytes(_folder.File("cat.png"), Pictures.Pixel);

        var definition = await ConvertAsync("""
            prompts: [file://chat.json]
            providers: [openai:gpt-4.1]
            tests: [{ vars: { tone: kind, photo: file://cat.png, url: 'https://e.org/c.png' }, assert: [{ type: contains, value: cat }] }]
            """);

        Assert.Equal(("What is it?", "{{ tone }}"), (definition.Prompts[0].Template, definition.Prompts[0].System));
        Assert.Equal(["cat.png", "https://e.org/c.png"], definition.Scenarios[0].Images!.Select(image => image.Name));
    }

    [Fact]
    public async Task A_table_of_tests_with_expectations_in_cells_is_read()
    {
        Write("tests.csv", "country,__expected,__expected2\nFrance,icontains: Paris,not-contains: sorry\nJapan,Tokyo,\nPeru,\"contains-any: Lima, lima\",\n");

        var definition = await ConvertAsync(Prompts + "tests: tests.csv\n");

        Assert.Equal(["contains,contains", "exact", "contains"], definition.Scenarios.Select(scenario => string.Join(',', scenario.Scorers![0].Of!.Select(check => check.Type))));
        Assert.Equal(["Lima", "lima"], definition.Scenarios[2].Scorers![0].Of![0].Values);
    }

    [Fact]
    public async Task Chats_settings_and_files_are_read()
    {
        Write("chat.json", """[{"role":"system","content":"Be {{tone}}."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"},{"role":"user","content":"{{q}}"}]""");
        Write("tests/one.yaml", "- vars: { q: file://q.txt, tone: kind }\n  assert: [{ type: equals, value: x }]\n");
        Write("q.txt", "What?\n");

        var definition = await ConvertAsync("""
            prompts: [file://chat.json]
            providers:
              - id: openai:gpt-4.1
                label: warm
                config: { temperature: 0.9, max_tokens: 50, top_p: 0.5 }
              - openai:responses:o4-mini: { config: { reasoning_effort: low, top_p: 0.5 } }
              - id: groq:llama-3.3-70b-versatile
                config: { top_p: 0.5 }
            tests: file://tests/*.yaml
            """);

        Assert.Equal("Be {{tone}}.", definition.Prompts[0].System);
        Assert.Equal(["Hi", "Hello"], definition.Scenarios[0].Messages!.Select(message => message.Text));
        Assert.Equal("What?\n", definition.Scenarios[0].Vars!["q"].GetString());
        Assert.Equal(
            [("warm", "openai:gpt-4.1", 0.9, 50, null), ("openai:o4-mini", "openai:o4-mini", null, null, "low"), ("openai-compatible:llama-3.3-70b-versatile", "openai-compatible:llama-3.3-70b-versatile", null, null, null)],
            definition.Variants.Select(variant => (variant.Name, variant.Model, variant.Temperature, variant.MaxTokens, variant.ReasoningEffort)));
        Assert.Equal(0.5, definition.Config.TopP);
    }

    [Theory]
    [InlineData("{{ q | dump }}", "{{ q | json }}")]
    [InlineData("{% if a %}x{% elif b %}y{% endif %}", "{% if a %}x{% elsif b %}y{% endif %}")]
    [InlineData("{% set c = q %}{{ c | upper }}", "{% assign c = q %}{{ c | upcase }}")]
    [InlineData("{{ q | default('x') }}", "{{ q | default: 'x' }}")]
    [InlineData("{# note #}{{ q }}", "{{ q }}")]
    [InlineData("{% for m in q %}{{ loop.index }}{% endfor %}", "{% for m in q %}{{ forloop.index }}{% endfor %}")]
    [InlineData("{{ a if a else b }}", "{% if a %}{{ a }}{% else %}{{ b }}{% endif %}")]
    [InlineData("{{ env.KEY }}", null)]
    public void Nunjucks_becomes_Liquid_where_it_can(string template, string? liquid) =>
        Assert.Equal(liquid, FunctionsEval.Conversions.Nunjucks.ToLiquid(template).Liquid);

    [Fact]
    public async Task Samples_of_OpenAI_evals_are_read_where_they_lie()
    {
        var definition = await ConvertAsync("""
            {"input":[{"role":"system","content":"Terse."},{"role":"system","content":"1+1","name":"example_user"},{"role":"system","content":"2","name":"example_assistant"},{"role":"user","content":"2+2"}],"ideal":["4","four"]}
            """, "samples.jsonl");

        var scenario = Assert.Single(definition.Scenarios);
        Assert.Equal(["4", "four"], scenario.AllExpected());
        Assert.Equal(["1+1", "2"], scenario.Messages!.Select(message => message.Text));
        Assert.Equal(("2+2", "Terse."), (scenario.Prompt, scenario.System));
        Assert.Equal("starts_with", definition.Scorers[0].Type);
    }

    [Fact]
    public async Task Samples_of_Inspect_with_choices_become_a_choice()
    {
        var definition = await ConvertAsync("""{"id":"q1","input":"2+2?","choices":["3","4"],"target":"B"}""", "samples.jsonl");

        Assert.Equal("q1", definition.Scenarios[0].Id);
        var opening = FunctionsEval.Evaluation.Conversation.Opening.For("", definition.Scenarios[0], definition.AllVariants()[0]);
        Assert.StartsWith("2+2?\n\nA) 3\nB) 4\n", opening.Prompt, StringComparison.Ordinal);
        Assert.Equal(["A", "B"], definition.Scorers[0].Choices);
    }

    [Theory]
    [InlineData("c.yaml", "name: x\n", "it is no configuration of promptfoo")]
    [InlineData("c.yaml", "prompts: [file://a.py]\nproviders: [openai:gpt-4.1]\n", "no prompt can be carried over: prompt a.py: a program makes it, and no program is started for a prompt; write its text as a template.")]
    [InlineData("c.yaml", "prompts: ['[{% for m in old %}{\"role\": \"user\", \"content\": \"{{m}}\"},{% endfor %}]']\nproviders: [openai:gpt-4.1]\n", "a chat whose turns a template makes; write them into the messages of the scenarios")]
    [InlineData("c.yaml", "prompts: [x]\nproviders: [openai:gpt-4.1]\nredteam: {}\n", "the configuration makes attacks (redteam)")]
    [InlineData("c.yaml", "prompts: [x\n", "c.yaml:")]
    [InlineData("c.jsonl", "{\"question\":\"x\",\"answer\":\"y\"}\n", "a row must have input and ideal")]
    public async Task What_cannot_be_converted_is_refused(string file, string text, string message)
    {
        var (exitCode, error) = await RunAsync(file, text);

        Assert.Equal(1, exitCode);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("out.yaml")));
    }

    public void Dispose() => _folder.Dispose();

    private static string Braces(string name) => $"{{{{{name}}}}}";

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.WriteAllText(_folder.File(name), text);
    }

    private async Task<(int ExitCode, string Error)> RunAsync(string file, string text, params string[] options)
    {
        Write(file, text);
        using var output = new StringWriter();
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, error, IsOutRedirected: true, IsErrorRedirected: true, _ => null);
        return (await CommandLine.RunAsync(terminal, ["convert", _folder.File(file), "-o", _folder.File("out.yaml"), .. options], TestContext.Current.CancellationToken), error.ToString());
    }

    private async Task<Definition> ConvertAsync(string text, string file = "promptfooconfig.yaml")
    {
        var (exitCode, error) = await RunAsync(file, text);
        Assert.True(exitCode == 0, error);
        var outcome = await DefinitionReader.ReadAsync(
            Encoding.UTF8.GetBytes(File.ReadAllText(_folder.File("out.yaml"))), isJson: false, new DatasetFiles(_folder.Path), DefinitionDefaults.None, TestContext.Current.CancellationToken, new ImageFiles(_folder.Path));
        return Assert.IsType<DefinitionOutcome.Parsed>(outcome).Definition;
    }
}
