using System.Text;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Parsing;

namespace FunctionsEval.Functions.Tests.Definitions;

public sealed class Reading_yaml
{
    private const string Lifeboat = """
        # a comment
        name: lifeboat
        preamble: You answer with one line, "Rating: N".
        scenarios:
          - { id: s01, name: storm, prompt: "How acceptable is it, from 1 to 5, to ...?", cluster: sea,
              followups: [{ label: why, prompt: "Why?" }] }
        models: ["openai:gpt-4.1-mini", "openai-compatible:local-7b"]
        samplesPerScenario: 5        # 1..100
        samplePercentage: 100        # 1..100
        scorers: [{ type: number, pattern: 'Rating:\s*(\d)', min: 1, max: 5 }]
        config: { temperature: 0.7, maxTokens: 1024, maxTurns: 10 }
        """;

    [Fact]
    public void A_definition_in_yaml_is_the_same_as_in_json()
    {
        var fromYaml = Parsed(Lifeboat);
        var fromJson = Assert.IsType<DefinitionOutcome.Parsed>(DefinitionParser.Parse(JsonSource.Parse(DefinitionJson.Write(fromYaml)))).Definition;

        Assert.Equal("lifeboat", fromYaml.Name);
        Assert.Equal("You answer with one line, \"Rating: N\".", fromYaml.Preamble);
        Assert.Equal(new FollowUp("why", "Why?"), fromYaml.Scenarios[0].FollowUps[0]);
        Assert.Equal(@"Rating:\s*(\d)", fromYaml.Scorers[0].Pattern);
        Assert.Equal(5, fromYaml.SamplesPerScenario);
        Assert.Equal(DefinitionJson.IdOf(fromYaml), DefinitionJson.IdOf(fromJson));
    }

    [Theory]
    [InlineData("007")]
    [InlineData("yes")]
    [InlineData("true")]
    [InlineData("1e3")]
    [InlineData("2026-01-01")]
    public void Plain_scalars_keep_their_text_where_text_is_wanted(string text)
    {
        var definition = Parsed($"name: n\nscenarios: [{{id: a, prompt: p, expected: {text}}}]\nmodels: [m]\n");

        Assert.Equal(text, definition.Scenarios[0].Expected);
    }

    [Fact]
    public void Block_text_keeps_its_lines()
    {
        var definition = Parsed("name: n\nmodels: [m]\nscenarios:\n  - id: a\n    prompt: |\n      first\n      second\n");

        Assert.Equal("first\nsecond\n", definition.Scenarios[0].Prompt);
    }

    [Theory]
    [InlineData("name: [1, 2", 1)]
    [InlineData("name: n\n  models: [m]\n", 2)]
    [InlineData("name: \"open\nmodels: [m]\n", 1)]
    [InlineData("name: n\nmodels: *nowhere\n", 2)]
    [InlineData("name: &a [*a]\n", 1)]
    [InlineData("name: n\n---\nname: m\n", 2)]
    [InlineData("name: !ruby/object x\n", 1)]
    [InlineData(": {\ns", 1)]
    [InlineData("", 1)]
    [InlineData("# only a comment\n", 1)]
    [InlineData("? [a, b]\n: c\n", 1)]
    [InlineData("name: n\n\tmodels: m\n", 1)]
    [InlineData("name: n\npreamble: \"a\" b: c\n", 2)]
    public void Malformed_yaml_names_its_line(string yaml, int line)
    {
        var malformed = Assert.IsType<SourceOutcome.Malformed>(YamlSource.Parse(yaml));

        Assert.InRange(malformed.Error.Line, line, line + 1);
        Assert.StartsWith("The document is not valid YAML: ", malformed.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("preamble: Answer with Rating: N.", "Answer with Rating: N.")]
    [InlineData("preamble: It's so: yes  # why", "It's so: yes")]
    [InlineData("preamble: a: b: c#d\r", "a: b: c#d")]
    public void A_colon_inside_a_plain_value_is_taken_as_meant(string line, string preamble)
    {
        var definition = Parsed($"name: n\n{line}\nscenarios: [{{id: a, prompt: p}}]\nmodels: [m]\n");

        Assert.Equal(preamble, definition.Preamble);
    }

    [Fact]
    public void Windows_line_ends_and_a_byte_order_mark_change_nothing() =>
        Assert.Equal(
            DefinitionJson.IdOf(Parsed(Lifeboat)), DefinitionJson.IdOf(Parsed("\ufeff" + Lifeboat.ReplaceLineEndings("\r\n"))));

    [Fact]
    public void Errors_carry_the_line_and_column_of_the_value()
    {
        var errors = Rejected("name: n\nscenarios:\n  - id: a\n    prompt: p\nmodels: [m]\nsamplesPerScenario: 101\n");

        var error = Assert.Single(errors);
        Assert.Equal((6, 21), (error.Line, error.Column));
        Assert.Equal("samplesPerScenario must be between 1 and 100, but is 101.", error.Message);
    }

    [Fact]
    public void A_field_given_twice_is_an_error_in_the_second_line()
    {
        var error = Assert.Single(Rejected("name: n\nname: m\nscenarios: [{id: a, prompt: p}]\nmodels: [m]\n"));

        Assert.Equal(2, error.Line);
        Assert.Contains("name must be given once", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_repeat_what_was_anchored()
    {
        var definition = Parsed("name: n\nmodels: [m]\nscenarios:\n  - {id: a, prompt: &p hello}\n  - {id: b, prompt: *p}\n");

        Assert.Equal("hello", definition.Scenarios[1].Prompt);
    }

    [Fact]
    public void A_billion_laughs_are_refused()
    {
        var yaml = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var level = 1; level <= 30; level++)
        {
            yaml.Append('a').Append(level).Append(": &a").Append(level).Append(" [").AppendJoin(", ", Enumerable.Repeat($"*a{level - 1}", 9)).Append("]\n");
        }

        var malformed = Assert.IsType<SourceOutcome.Malformed>(YamlSource.Parse(yaml.ToString()));

        Assert.Contains("aliases must stand for at most 16,000,000", malformed.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        var malformed = Assert.IsType<SourceOutcome.Malformed>(YamlSource.Parse(new string('[', 5_000) + new string(']', 5_000)));

        Assert.Contains("at most 64 levels deep", malformed.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_may_be_written_in_yaml()
    {
        var definition = Parsed("""
            name: n
            models: [m]
            scenarios: [{id: a, prompt: p}]
            scorers:
              - type: json_schema
                schema:
                  type: object
                  required: [rating]
                  additionalProperties: false
                  properties:
                    rating: { type: integer, minimum: 1, maximum: 5 }
            """);

        Assert.Equal(
            """{"type":"object","required":["rating"],"additionalProperties":false,"properties":{"rating":{"type":"integer","minimum":1,"maximum":5}}}""",
            definition.Scorers[0].Schema);
    }

    [Fact]
    public void An_unknown_keyword_of_a_schema_is_an_error_in_its_own_line()
    {
        var error = Assert.Single(Rejected(
            "name: n\nmodels: [m]\nscenarios: [{id: a, prompt: p}]\nscorers:\n  - type: json_schema\n    schema:\n      type: string\n      maxlength: 5\n"));

        Assert.Equal(8, error.Line);
        Assert.Contains("did you mean \"maxLength\"", error.Message, StringComparison.Ordinal);
    }

    private static Definition Parsed(string yaml)
    {
        var outcome = DefinitionParser.Parse(YamlSource.Parse(yaml));
        Assert.False(outcome is DefinitionOutcome.Rejected, outcome is DefinitionOutcome.Rejected(var errors) ? string.Join('\n', errors) : "");
        return ((DefinitionOutcome.Parsed)outcome).Definition;
    }

    private static IReadOnlyList<DefinitionError> Rejected(string yaml) =>
        Assert.IsType<DefinitionOutcome.Rejected>(DefinitionParser.Parse(YamlSource.Parse(yaml))).Errors;
}
