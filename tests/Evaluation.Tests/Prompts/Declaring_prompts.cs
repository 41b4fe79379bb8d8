using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Evaluation.Tests.Definitions;

namespace FunctionsEval.Evaluation.Tests.Prompts;

public sealed class Declaring_prompts
{
    private const string Capitals = """
        {"name":"capitals","preamble":"Be kind.",
         "prompts":[{"name":"plain","template":"What is the capital of {{country}}?"},
                    {"name":"terse","template":"Capital of {{country}}? One word.","system":"You are a gazetteer of {{ continent | default: 'all' }}."}],
         "scenarios":[{"id":"fr","vars":{"country":"France","continent":"Europe"},"expected":["Paris","Paname"],"tags":["eu","large"],"weight":2},
                      {"id":"no","vars":{"country":"Norway","continent":"Europe"},"expected":"Oslo","system":"Ignored by terse.",
                       "messages":[{"role":"user","content":"Capital of {{ country | upcase }}'s neighbour?"},{"role":"assistant","content":"Stockholm"}]}],
         "models":["openai:a","anthropic:b"],"scorers":[{"type":"exact"}]}
        """;

    [Fact]
    public void Variants_are_prompts_times_models()
    {
        var definition = Samples.Parse(Capitals);

        Assert.Equal(
            [("plain openai:a", "openai:a"), ("plain anthropic:b", "anthropic:b"), ("terse openai:a", "openai:a"), ("terse anthropic:b", "anthropic:b")],
            definition.AllVariants().Select(variant => (variant.Name, variant.Model)));
        Assert.Equal(["plain", "plain", "terse", "terse"], definition.AllVariants().Select(variant => variant.Template!.Name));
    }

    [Theory]
    [InlineData("""["a {{x}}","b {{x}}"]""", """["m"]""", new[] { "prompt-1", "prompt-2" })]
    [InlineData("""["a {{x}}"]""", """["m","k"]""", new[] { "m", "k" })]
    public void A_variant_is_named_by_what_differs(string prompts, string models, string[] names) => Assert.Equal(
        names,
        Samples.Parse($$$"""{"name":"n","prompts":{{{prompts}}},"models":{{{models}}},"scenarios":[{"id":"a","vars":{"x":1}}]}""").AllVariants().Select(variant => variant.Name));

    [Fact]
    public void A_conversation_opens_with_system_few_shot_turns_and_prompt()
    {
        var definition = Samples.Parse(Capitals);
        var variants = definition.AllVariants();

        Assert.Equal(
            ["system: Be kind.", "user: What is the capital of France?"], Said(Opening.For(definition.Preamble, definition.Scenarios[0], variants[0])));
        Assert.Equal(
            ["system: Ignored by terse.", "user: Capital of NORWAY's neighbour?", "assistant: Stockholm", "user: What is the capital of Norway?"],
            Said(Opening.For(definition.Preamble, definition.Scenarios[1], variants[0])));
        Assert.Equal(
            ["system: You are a gazetteer of Europe.", "user: Capital of NORWAY's neighbour?", "assistant: Stockholm", "user: Capital of Norway? One word."],
            Said(Opening.For(definition.Preamble, definition.Scenarios[1], variants[2])));
    }

    [Fact]
    public void A_named_variant_picks_its_prompt()
    {
        var definition = Samples.Parse("""
            {"name":"n","prompts":[{"name":"plain","template":"{{x}}?"},{"name":"kind","template":"Please: {{x}}"}],
             "scenarios":[{"id":"a","vars":{"x":"why"}}],
             "variants":[{"name":"v","model":"m","prompt":"kind","preamble":"P"},{"name":"w","model":"m","prompt":"plain","temperature":0}]}
            """);

        Assert.Equal(["system: P", "user: Please: why"], Said(Opening.For("", definition.Scenarios[0], definition.AllVariants()[0])));
        Assert.Equal(["user: why?"], Said(Opening.For("", definition.Scenarios[0], definition.AllVariants()[1])));
    }

    [Fact]
    public void A_prompt_may_wrap_the_prompt_of_each_scenario()
    {
        var definition = Samples.Parse("""{"name":"n","prompt":"Think first. {{prompt}}","scenarios":[{"id":"a","prompt":"2+2?"},{"id":"b","prompt":"{{x}}?","vars":{"x":"y{{z}}"}}],"models":["m"]}""");

        Assert.Equal(["user: Think first. 2+2?"], Said(Opening.For("", definition.Scenarios[0], definition.AllVariants()[0])));
        Assert.Equal(["user: Think first. y{{z}}?"], Said(Opening.For("", definition.Scenarios[1], definition.AllVariants()[0])));
    }

    [Fact]
    public void A_whole_conversation_as_other_tools_write_it_is_understood()
    {
        var scenario = Samples.Parse("""
            {"name":"n","models":["m"],"scenarios":[{"id":"a","messages":[{"role":"system","content":"S"},{"role":"user","content":"1"},{"role":"assistant","content":"2"},{"role":"user","content":"3"}]}]}
            """).Scenarios[0];

        Assert.Equal(["system: S", "user: 1", "assistant: 2", "user: 3"], Said(Opening.For("P", scenario, Variant.Of("m"))));
    }

    [Fact]
    public void Variables_and_follow_ups_go_through_the_conversation()
    {
        var definition = Samples.Parse("""{"name":"n","prompt":"{{a}}","scenarios":[{"id":"s","vars":{"a":"A","n":3.10},"followups":[{"prompt":"{{n}}?"}]}],"models":["m"]}""");
        var conversation = new ProbeConversation(Opening.For("", definition.Scenarios[0], definition.AllVariants()[0]), definition.Scenarios[0], 10);

        var ask = Assert.IsType<ConversationStep.Ask>(conversation.Next([new Turn(1, "scenario_prompt", "A", "B")]));

        Assert.Equal(["A", "B", "3.10?"], ask.Messages.Select(message => message.Text));
    }

    [Fact]
    public void All_of_it_is_stored()
    {
        var definition = Samples.Parse(Capitals) with { Pass = ">= 0.5", Config = new ProbeConfig(TopP: 0.9, Seed: 7, Stop: ["x"], ResponseFormat: "json", Extra: """{"a":1}""") };
        var written = DefinitionJson.Write(definition);
        var read = DefinitionJson.Read(written);

        Assert.Equal(written, DefinitionJson.Write(read));
        Assert.Equal(written, DefinitionJson.Write(Samples.Parse(written)));
        Assert.Equal(["Paris", "Paname"], read.Scenarios[0].AllExpected());
        Assert.Equal(definition.AllVariants(), read.AllVariants());
        Assert.Equal(ScenarioJson.Write(definition.Scenarios[1]), ScenarioJson.Write(ScenarioJson.Read(ScenarioJson.Write(definition.Scenarios[1]))));
        Assert.NotEqual(DefinitionJson.IdOf(definition), DefinitionJson.IdOf(definition with { Prompts = [definition.Prompts[0], definition.Prompts[1] with { Template = "x" }] }));
    }

    [Fact]
    public void A_scenario_may_have_a_scorer_of_its_own_under_the_name_of_one_of_the_definition()
    {
        var definition = Samples.Parse("""
            {"name":"n","models":["m"],"scorers":[{"type":"exact","name":"right"}],
             "scenarios":[{"id":"a","prompt":"p","expected":"x"},{"id":"b","prompt":"p","scorers":[{"type":"regex","name":"right","pattern":"y"}],"expected":"x"}]}
            """);

        Assert.Equal("exact", definition.Scenarios[0].ScorersOf(definition.Scorers)[0].Type);
        Assert.Equal("regex", definition.Scenarios[1].ScorersOf(definition.Scorers)[0].Type);
    }

    [Theory]
    [InlineData("""{"prompt":"Hello {{nome}}","scenarios":[{"id":"a","vars":{"name":"x"}}]}""", "The prompt \"prompt\" needs the variable \"nome\", which scenario \"a\" does not have.")]
    [InlineData("""{"scenarios":[{"id":"a","prompt":"Hello {{name}}"}]}""", "The prompt of scenario \"a\" needs the variable \"name\", which scenario \"a\" does not have. Give it vars, or write {% raw %} ... {% endraw %} around what is meant literally.")]
    [InlineData("""{"prompt":"{% if x %}","scenarios":[{"id":"a"}]}""", "prompt is not Liquid: ")]
    [InlineData("""{"prompts":["a","b"],"prompt":"c","scenarios":[{"id":"a"}]}""", "prompt must not be given together with prompts.")]
    [InlineData("""{"prompts":[{"name":"a","template":"x"},{"name":"a","template":"y"}],"scenarios":[{"id":"a"}]}""", "prompts[1].name repeats the name \"a\".")]
    [InlineData("""{"prompts":[{"name":"a"}],"scenarios":[{"id":"a"}]}""", "prompts[0].template is required, but is missing.")]
    [InlineData("""{"prompt":"{{x}}","scenarios":[{"id":"a","vars":{"x":" "}}]}""", "The prompt \"prompt\" is blank for scenario \"a\".")]
    [InlineData("""{"prompt":"x","scenarios":[{"id":"a","vars":[1]}]}""", "scenarios[0].vars must be a mapping of fields, but is a list.")]
    [InlineData("""{"prompt":"x","scenarios":[{"id":"a","messages":[{"role":"tool","content":"x"}]}]}""", "scenarios[0].messages[0].role must be system, user or assistant, but is \"tool\".")]
    [InlineData("""{"prompt":"x","scenarios":[{"id":"a","weight":0}]}""", "scenarios[0].weight must be above 0 and at most 1,000,000, but is 0.")]
    [InlineData("""{"prompt":"x","scenarios":[{"id":"a","scorers":[{"type":"regex","pattern":"x"}]}]}""", "scenarios[0].scorers must have the names of scorers of the definition (), but is \"regex\".")]
    public void A_broken_rule_is_one_error(string rest, string message)
    {
        var error = Assert.Single(Samples.Errors($$"""{"name":"n","models":["m"],{{rest[1..]}}"""));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_variable_names_the_line_of_the_scenario()
    {
        var error = Assert.Single(Samples.Errors("{\"name\":\"n\",\"models\":[\"m\"],\"prompt\":\"{{x}}\",\"scenarios\":[\n{\"id\":\"a\",\"vars\":{\"x\":1}},\n{\"id\":\"b\",\"vars\":{\"y\":1}}]}"));

        Assert.Equal((3, "The prompt \"prompt\" needs the variable \"x\", which scenario \"b\" does not have."), (error.Line, error.Message));
    }

    [Fact]
    public void A_thousand_scenarios_without_a_variable_are_twenty_errors() => Assert.Equal(
        20,
        Samples.Errors($$$"""{"name":"n","models":["m"],"prompt":"{{x}}","scenarios":[{{{string.Join(',', Enumerable.Range(0, 1_000).Select(index => $$"""{"id":"{{index}}"}"""))}}}]}""").Count);

    private static IEnumerable<string> Said(Opening opening) => opening.Messages.Select(message => $"{ConversationMessage.NameOf(message.Role)}: {message.Text}");
}
