using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Parsing;

namespace FunctionsEval.Evaluation.Tests.Definitions;

public sealed class Parsing_definitions
{
    [Fact]
    public void A_small_definition_gets_the_documented_defaults()
    {
        var definition = Samples.Parse("""{"name":"n","scenarios":[{"id":"a","prompt":"p","followups":[{"prompt":"why?"}]}],"models":["m"]}""");

        Assert.Equal(("n", "", 1, 100), (definition.Name, definition.Preamble, definition.SamplesPerScenario, definition.SamplePercentage));
        Assert.Null(definition.SampleSeed);
        Assert.Equal(new ProbeConfig(0.7, 1024, 10), definition.Config);
        Assert.Empty(definition.Scorers);
        Assert.Equal(("a", "a", "p"), (definition.Scenarios[0].Id, definition.Scenarios[0].Name, definition.Scenarios[0].Prompt));
        Assert.Equal([new FollowUp("followup_1", "why?")], definition.Scenarios[0].FollowUps);
    }

    [Fact]
    public void A_null_in_config_leaves_the_choice_to_the_vendor()
    {
        var definition = Samples.Parse(Samples.With(config: """{"temperature":null,"maxTokens":null,"maxTurns":null}"""));

        Assert.Equal(new ProbeConfig(null, null, 10), definition.Config);
    }

    [Fact]
    public void Numbers_and_truth_values_are_text_where_text_is_wanted()
    {
        var definition = Samples.Parse("""{"name":7,"scenarios":[{"id":1,"prompt":true,"expected":1.50}],"models":["m"]}""");

        Assert.Equal(("7", "1", "true", "1.50"), (definition.Name, definition.Scenarios[0].Id, definition.Scenarios[0].Prompt, definition.Scenarios[0].Expected));
    }

    [Theory]
    [InlineData("samplesPerScenario", "0", "samplesPerScenario must be between 1 and 100, but is 0.")]
    [InlineData("samplesPerScenario", "101", "samplesPerScenario must be between 1 and 100, but is 101.")]
    [InlineData("samplesPerScenario", "2.5", "samplesPerScenario must be a whole number between 1 and 100, but is 2.5.")]
    [InlineData("samplesPerScenario", "\"5\"", "samplesPerScenario must be a whole number between 1 and 100, but is the text \"5\".")]
    [InlineData("samplesPerScenario", "[5]", "samplesPerScenario must be a whole number between 1 and 100, but is a list.")]
    [InlineData("samplesPerScenario", "99999999999999999999", "samplesPerScenario must be a whole number between 1 and 100, but is 99999999999999999999.")]
    [InlineData("samplePercentage", "0", "samplePercentage must be between 1 and 100, but is 0.")]
    [InlineData("samplePercentage", "101", "samplePercentage must be between 1 and 100, but is 101.")]
    [InlineData("sampleSeed", "1.5", "sampleSeed must be a whole number of 64 bits, but is 1.5.")]
    [InlineData("name", "\" \"", "name must not be blank, but is \" \".")]
    [InlineData("name", "{}", "name must be text, but is a mapping.")]
    [InlineData("name", "\"a\\nb\"", "name must not hold control characters, but is \"a\\nb\".")]
    [InlineData("name", "null", "name is required, but is missing.")]
    [InlineData("models", "[]", "models must list between 1 and 100 models, but lists 0.")]
    [InlineData("models", "\"m\"", "models must be a list, but is the text \"m\".")]
    [InlineData("models", "[\"m\",\"\"]", "models[1] must not be blank, but is \"\".")]
    [InlineData("models", "[\"m\",\"k\",\"m\"]", "models[2] repeats the model \"m\".")]
    [InlineData("models", "null", "models is required, but is missing.")]
    [InlineData("scenarios", "[]", "scenarios must list between 1 and 100,000 scenarios, but lists 0.")]
    [InlineData("scenarios", "{}", "scenarios must be a list, but is a mapping.")]
    [InlineData("scenarios", "[7]", "scenarios[0] must be a mapping of fields, but is 7.")]
    [InlineData("scenarios", "[{\"id\":\"a\"}]", "scenarios[0].prompt is required, but is missing.")]
    [InlineData("scenarios", "[{\"prompt\":\"p\"}]", "scenarios[0].id is required, but is missing.")]
    [InlineData("scenarios", "[{\"id\":\"a\",\"prompt\":\"\\t\"}]", "scenarios[0].prompt must not be blank, but is \"\\t\".")]
    [InlineData("scenarios", "[{\"id\":\"a\",\"prompt\":\"p\",\"followups\":[{\"label\":\"x\"}]}]", "scenarios[0].followups[0].prompt is required, but is missing.")]
    [InlineData("config", "{\"temperature\":2.1}", "config.temperature must be between 0 and 2, but is 2.1.")]
    [InlineData("config", "{\"temperature\":-0.1}", "config.temperature must be between 0 and 2, but is -0.1.")]
    [InlineData("config", "{\"temperature\":\"hot\"}", "config.temperature must be a finite number, but is the text \"hot\".")]
    [InlineData("config", "{\"temperature\":1e999}", "config.temperature must be a finite number, but is 1e999.")]
    [InlineData("config", "{\"maxTokens\":0}", "config.maxTokens must be between 1 and 1,000,000, but is 0.")]
    [InlineData("config", "{\"maxTurns\":101}", "config.maxTurns must be between 1 and 100, but is 101.")]
    [InlineData("config", "{\"topP\":1.5}", "config.topP must be above 0 and at most 1, but is 1.5.")]
    [InlineData("config", "{\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}", "config.stop must list at most 4 texts, but lists 5.")]
    [InlineData("config", "{\"responseFormat\":\"xml\"}", "config.responseFormat must be text, json or a mapping of fields, but is \"xml\".")]
    [InlineData("config", "{\"extra\":7}", "config.extra must be a mapping of fields, but is 7.")]
    [InlineData("pass", "\"half\"", "pass must be a comparison with a number, such as \">= 0.5\", but is \"half\".")]
    [InlineData("config", "[]", "config must be a mapping of fields, but is a list.")]
    public void A_broken_rule_names_the_field_the_rule_and_the_value(string field, string value, string message)
    {
        var errors = Samples.Errors(Samples.Replacing(field, value));

        Assert.Equal(message, Assert.Single(errors).Message);
    }

    [Theory]
    [InlineData("""{"samplesPerScenarios":5}""", "samplesPerScenarios is not a known field; did you mean \"samplesPerScenario\"?")]
    [InlineData("""{"Models":["m"]}""", "Models is not a known field; did you mean \"models\"?")]
    [InlineData("""{"xyzzy":1}""", "xyzzy is not a known field; known here are name, preamble, prompt, prompts, scenarios, models, variants, samplesPerScenario, samplePercentage, sampleSeed, config, scorers, pass, budget, compare, stopping, allocation.")]
    [InlineData("""{"config":{"temprature":1}}""", "config.temprature is not a known field; did you mean \"temperature\"?")]
    public void Unknown_fields_are_errors(string json, string message) =>
        Assert.Contains(message, Samples.Errors(json).Select(error => error.Message));

    [Fact]
    public void All_errors_are_reported_with_their_places_in_order()
    {
        var errors = Samples.Errors("""
            {
              "name": "",
              "scenarios": [
                { "id": "a", "prompt": "p" },
                { "id": "a", "prompt": "" }
              ],
              "samplesPerScenario": 101,
              "extra": 1
            }
            """);

        Assert.Equal(
            [(1, 1, "models"), (2, 11, "name"), (5, 13, "scenarios[1].id"), (5, 28, "scenarios[1].prompt"), (7, 25, "samplesPerScenario"), (8, 3, "extra")],
            errors.Select(error => (error.Line, error.Column, error.Field)));
        Assert.Equal("scenarios[1].id must be unique, but \"a\" is already the id of the scenario in line 4.", errors[2].Message);
        Assert.Equal("line 7, column 25: samplesPerScenario must be between 1 and 100, but is 101.", errors[4].ToString());
    }

    [Fact]
    public void A_field_given_twice_is_an_error()
    {
        var error = Assert.Single(Samples.Errors("{\"name\":\"n\",\n\"name\":\"m\",\"scenarios\":[{\"id\":\"a\",\"prompt\":\"p\"}],\"models\":[\"m\"]}"));

        Assert.Equal((2, 1), (error.Line, error.Column));
        Assert.Equal("name must be given once, but was already given in line 1.", error.Message);
    }

    [Fact]
    public void A_prompt_of_ten_megabytes_is_a_short_error()
    {
        var prompt = new string('x', 10 * 1024 * 1024);

        var error = Assert.Single(Samples.Errors(Samples.Replacing("scenarios", $$"""[{"id":"a","prompt":"{{prompt}}"}]""")));

        Assert.Equal(
            "scenarios[0].prompt must be at most 100,000 characters long, but has 10,485,760: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\".", error.Message);
    }

    [Fact]
    public void The_texts_of_one_scenario_are_bounded_together()
    {
        var text = new string('x', 90_000);
        var followUps = string.Join(',', Enumerable.Repeat($$"""{"prompt":"{{text}}"}""", 4));

        var error = Assert.Single(Samples.Errors(Samples.Replacing("scenarios", $$"""[{"id":"a","prompt":"{{text}}","followups":[{{followUps}}]}]""")));

        Assert.Equal("scenarios[0] must have at most 400,000 characters in all its texts, but has 450,000.", error.Message);
    }

    [Fact]
    public void Text_that_would_outgrow_its_row_when_escaped_is_an_error()
    {
        var text = string.Concat(Enumerable.Repeat("\\u0001", 90_000));

        var error = Assert.Single(Samples.Errors(Samples.Replacing("scenarios", $$"""[{"id":"a","prompt":"{{text}}"}]""")));

        Assert.Contains("must be at most 500,000 characters long when written as JSON, but has 540,0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_a_scenario_is_bounded_too()
    {
        var scorers = string.Join(',', Enumerable.Repeat($$"""{"type":"exact","value":"{{new string('x', 99_000)}}"}""", 5));

        var error = Assert.Single(Samples.Errors(Samples.With($"[{scorers}]")));

        Assert.StartsWith("A definition must be at most 400,000 characters long without its scenarios, but has 495,", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_more_than_ten_million_cells_is_an_error()
    {
        var scenarios = string.Join(',', Enumerable.Range(0, 50_001).Select(index => $$"""{"id":"{{index}}","prompt":"p"}"""));
        var models = "[\"m0\",\"m1\",\"m2\",\"m3\"]";

        var error = Assert.Single(Samples.Errors($$"""{"name":"n","scenarios":[{{scenarios}}],"models":{{models}},"samplesPerScenario":50}"""));

        Assert.Equal("The run must have at most 10,000,000 cells, but 50,001 scenarios x 4 models x 50 samples are 10,000,200.", error.Message);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_an_error()
    {
        var root = new SourceNode.Mapping(
            [new SourceEntry("name", 1, 1, new SourceNode.Scalar("a\ud800b", Quoted: true, 1, 7))], 1, 1);

        var rejected = Assert.IsType<DefinitionOutcome.Rejected>(DefinitionParser.Parse(root));

        Assert.Contains("name must be valid Unicode, but holds half of a surrogate pair.", rejected.Errors.Select(error => error.Message));
    }

    [Fact]
    public void Something_else_than_a_mapping_is_an_error() =>
        Assert.Equal("A definition must be a mapping of fields, but is a list.", Assert.Single(Samples.Errors("[]")).Message);

    [Fact]
    public void Values_beside_the_definition_meet_the_same_rules()
    {
        Assert.Equal("samplesPerScenario must be between 1 and 100, but is 101.", DefinitionRules.ValidateSamples(101));
        Assert.Null(DefinitionRules.ValidateSamples(100));
        Assert.Equal("samplePercentage must be between 1 and 100, but is 0.", DefinitionRules.ValidatePercentage(0));
        Assert.Equal("config.temperature must be between 0 and 2, but is NaN.", DefinitionRules.ValidateTemperature(double.NaN));
        Assert.Null(DefinitionRules.ValidateTemperature(null));
        Assert.Equal("config.maxTokens must be between 1 and 1,000,000, but is 0.", DefinitionRules.ValidateMaxTokens(0));
        Assert.Equal("config.maxTurns must be between 1 and 100, but is 0.", DefinitionRules.ValidateMaxTurns(0));
        Assert.Equal("models[1] repeats the model \"a\".", DefinitionRules.ValidateModels(["a", "a"]));
        Assert.Equal("models[0] must not be blank, but is \"\".", DefinitionRules.ValidateModels([""]));
        Assert.Equal("models must list between 1 and 100 models, but lists 0.", DefinitionRules.ValidateModels([]));
        Assert.Null(DefinitionRules.ValidateModels(["a", "b"]));
    }
}
