using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Definitions;

public sealed class Declaring_scorers
{
    [Fact]
    public void Names_default_to_the_type_with_a_number_when_taken()
    {
        var definition = Samples.Parse(Samples.With("""[{"type":"number"},{"type":"number"},{"type":"number","name":"mine"},{"type":"number"}]"""));

        Assert.Equal(["number", "number-2", "mine", "number-3"], definition.Scorers.Select(scorer => scorer.Name));
    }

    [Theory]
    [InlineData("""[{}]""", "scorers[0].type is required, but is missing.")]
    [InlineData("""[{"type":"exakt"}]""", "scorers[0].type must be one of exact, contains, starts_with, ends_with, regex, number, numeric, choice, json_schema, json_path, levenshtein, rouge_l, bleu, length, latency, cost, refusal, checks, judge, pairwise, command, http, but is \"exakt\". Did you mean \"exact\"?")]
    [InlineData("""[{"type":"number","name":"a"},{"type":"number","name":"a"}]""", "scorers[1].name must be unique among the scorers, but \"a\" is taken.")]
    [InlineData("""[{"type":"regex"}]""", "scorers[0].pattern is required for a scorer of type regex, but is missing.")]
    [InlineData("""[{"type":"regex","pattern":""}]""", "scorers[0].pattern must have between 1 and 10,000 characters, but has 0.")]
    [InlineData("""[{"type":"number","pattern":"\\d+"}]""", "scorers[0].pattern must have a group, such as (\\d+), around the number, but is \"\\d+\".")]
    [InlineData("""[{"type":"number","min":5,"max":1}]""", "scorers[0].min must be at most max, but is 5 with a max of 1.")]
    [InlineData("""[{"type":"number","min":1e101}]""", "scorers[0].min must be a number within ±1e100, but is 1E+101.")]
    [InlineData("""[{"type":"number","min":"low"}]""", "scorers[0].min must be a finite number, but is the text \"low\".")]
    [InlineData("""[{"type":"number","value":"x"}]""", "scorers[0].value means nothing to a scorer of type number; it takes pattern, ignoreCase, take, min, max, invalid, not, weight, pass, reasoning.")]
    [InlineData("""[{"type":"choice"}]""", "scorers[0].choices is required for a scorer of type choice, but is missing.")]
    [InlineData("""[{"type":"choice","choices":"A or B"}]""", "scorers[0].choices must be a list, but is the text \"A or B\".")]
    [InlineData("""[{"type":"choice","value":"A","choices":["A"]}]""", "scorers[0].choices must list between 2 and 100 choices, but lists 1.")]
    [InlineData("""[{"type":"choice","value":"A","choices":["A","B","A"]}]""", "scorers[0].choices[2] repeats \"A\".")]
    [InlineData("""[{"type":"choice","value":"A","choices":["A"," B"]}]""", "scorers[0].choices[1] must not be blank or begin or end with a space, but is \" B\".")]
    [InlineData("""[{"type":"choice","value":"C","choices":["A","B"]}]""", "scorers[0].value must be one of the choices, but is \"C\".")]
    [InlineData("""[{"type":"contains","value":" "}]""", "scorers[0].value must not be blank for a scorer of type contains, which every answer would pass.")]
    [InlineData("""[{"type":"exact","ignoreCase":"yes","value":"a"}]""", "scorers[0].ignoreCase must be true or false, but is the text \"yes\".")]
    [InlineData("""[{"type":"number","turn":0}]""", "scorers[0].turn must be a turn from 1, or -1 for the last turn reached, but is 0.")]
    [InlineData("""[{"type":"number","turn":2}]""", "scorers[0].turn must be a turn that a scenario reaches, at most 1 here, but is 2.")]
    [InlineData("""[{"type":"number","choice":1}]""", "scorers[0].choice is not a known field; did you mean \"choices\"?")]
    [InlineData("""[{"type":"json_schema"}]""", "scorers[0].schema is required for a scorer of type json_schema, but is missing.")]
    [InlineData("""[{"type":"json_schema","schema":{"type":"text"}}]""", "scorers[0].schema type must be one or a list of null, boolean, object, array, number, integer, string, but is \"text\" (at /type).")]
    [InlineData("""[{"type":"json_schema","schema":{"items":{"maxLenght":1}}}]""", "scorers[0].schema has the unknown keyword \"maxLenght\"; did you mean \"maxLength\"? (at /items/maxLenght).")]
    [InlineData("""[{"type":"json_schema","schema":{"type":"string","type":"null"}}]""", "scorers[0].schema must not name a field twice, but has \"type\" again.")]
    [InlineData("""[{"type":"json_schema","schema":{"minItems":-1}}]""", "scorers[0].schema minItems must be as JSON Schema has it, but is \"-1\": -1 should be at least 0 (at /minItems).")]
    [InlineData("""[{"type":"json_schema","schema":{"properties":{"a":{"required":"a"}}}}]""", "scorers[0].schema required must be as JSON Schema has it, but is \"a\": Value is \"string\" but should be \"array\" (at /properties/a/required).")]
    [InlineData("""[{"type":"json_schema","schema":{"xyzzy":1}}]""", "scorers[0].schema has the unknown keyword \"xyzzy\"; names of your own must begin with x- (at /xyzzy).")]
    [InlineData("""[{"type":"json_schema","schema":{"x-order":1,"example":2}}, {"type":"number","turn":0}]""", "scorers[1].turn must be a turn from 1, or -1 for the last turn reached, but is 0.")]
    [InlineData("""[{"type":"json_schema","schema":{"nullable":"yes"}}]""", "scorers[0].schema nullable must be true or false (at /nullable).")]
    [InlineData("""[{"type":"json_schema","schema":{"items":{"$ref":"#/$defs/B"}}}]""", "scorers[0].schema $ref must point inside the schema, for nothing is fetched, but is \"#/$defs/B\" (at /items/$ref).")]
    [InlineData("""[{"type":"json_schema","schema":{"$ref":"https://example.com/a.json"}}]""", "scorers[0].schema $ref must point inside the schema, for nothing is fetched, but is \"https://example.com/a.json\" (at /$ref).")]
    [InlineData("""[{"type":"json_schema","schema":{"anyOf":[{"$ref":"#"},{"type":"string"}]}}]""", "scorers[0].schema must not refer to itself without end.")]
    [InlineData("""[{"type":"json_schema","schema":{"$ref":"#"}}]""", null)]
    [InlineData("""[{"type":"json_schema","schema":7}]""", "scorers[0].schema must be an object, true or false, but is \"7\".")]
    [InlineData("""[{"type":"json_schema","schema":{"$schema":"http://json-schema.org/draft-04/schema#"}}]""", "scorers[0].schema $schema must be one of https://json-schema.org/draft/2020-12/schema, https://json-schema.org/draft/2019-09/schema, http://json-schema.org/draft-07/schema, http://json-schema.org/draft-06/schema, but is \"http://json-schema.org/draft-04/schema#\" (at /$schema).")]
    [InlineData("""[{"type":"json_schema","schema":{"properties":{"a":{"pattern":"("}}}}]""", null)]
    [InlineData("""[{"type":"json_schema","schema":"{"}]""", null)]
    [InlineData("""[{"type":"regex","pattern":"("}]""", null)]
    [InlineData("""[{"type":"number","take":"middle"}]""", "scorers[0].take must be first or last, but is \"middle\".")]
    [InlineData("""[{"type":"number","invalid":"drop"}]""", "scorers[0].invalid must be zero or exclude, but is \"drop\".")]
    [InlineData("""[{"type":"number","not":true}]""", "scorers[0].not needs a score from 0 to 1, which a scorer of type number does not give.")]
    [InlineData("""[{"type":"number","weight":-1}]""", "scorers[0].weight must be between 0 and 1,000,000, but is -1.")]
    [InlineData("""[{"type":"number","pass":"0.5"}]""", "scorers[0].pass must be a comparison with a number, such as \">= 0.5\", but is \"0.5\".")]
    [InlineData("""[{"type":"contains","value":"a","values":["b"]}]""", "scorers[0].values must not be given together with value.")]
    [InlineData("""[{"type":"contains","values":["a"," "]}]""", "scorers[0].values[1] must not be blank for a scorer of type contains, which every answer would pass.")]
    [InlineData("""[{"type":"contains","value":"a","match":"all"}]""", "scorers[0].match needs values, of which any or all must stand in the answer.")]
    [InlineData("""[{"type":"json_path","value":"1","path":"$..a"}]""", "scorers[0].path must be a path to one value, such as $.answer.items[0], but is \"$..a\".")]
    [InlineData("""[{"type":"numeric","value":"three"}]""", "scorers[0].value must be one number, but is \"three\".")]
    [InlineData("""[{"type":"numeric","value":"3","tolerance":-1}]""", "scorers[0].tolerance must be a number from 0, but is -1.")]
    [InlineData("7", "scorers must be a list, but is 7.")]
    public void A_broken_rule_is_one_error(string scorers, string? message)
    {
        var error = Assert.Single(Samples.Errors(Samples.With(scorers)));

        Assert.StartsWith("scorers", error.Message, StringComparison.Ordinal);
        Assert.Equal(message ?? error.Message, error.Message);
    }

    [Fact]
    public void A_bad_pattern_is_an_error_in_its_own_line()
    {
        var error = Assert.Single(Samples.Errors(Samples.With("[{\"type\":\"regex\",\n\"pattern\":\"(\"}]")));

        Assert.Equal((2, 11, "scorers[0].pattern"), (error.Line, error.Column, error.Field));
        Assert.StartsWith("scorers[0].pattern must be a regular expression of .NET, but \"(\" is not: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{\"type\":\"json_schema\",\"schema\":{\n\"items\":{\n\"minimum\":\"low\"}}}]", 3)]
    [InlineData("[{\"type\":\"json_schema\",\"schema\":{\n\"items\":{\n\"$ref\":\"#/a\"}}}]", 3)]
    [InlineData("[{\"type\":\"json_schema\",\"schema\":{\n\"$defs\":{\n\"A\":{\n\"pattern\":\"(\"}}}}]", 4)]
    public void An_error_in_a_schema_names_its_own_line(string scorers, int line) =>
        Assert.Equal(line, Assert.Single(Samples.Errors(Samples.With(scorers))).Line);

    [Theory]
    [InlineData("""[{"type":"exact"}]""", "null", "scenarios[0].expected is required, because scorer \"exact\" has no value of its own, but is missing. Unquoted null, ~ and nothing mean that it is absent: put the text into quotes if it is meant.")]
    [InlineData("""[{"type":"contains"}]""", "\" \"", "scenarios[0].expected must not be blank for scorer \"contains\", which every answer would pass.")]
    [InlineData("""[{"type":"numeric"}]""", "\"3-4\"", "scenarios[0].expected must be one number for scorer \"numeric\", alone or behind ####, but is \"3-4\".")]
    [InlineData("""[{"type":"bleu"}]""", "\"\"", "scenarios[0].expected must not be blank for scorer \"bleu\".")]
    [InlineData("""[{"type":"choice","choices":["A","B"]}]""", "\"C\"", "scenarios[0].expected must be one of the choices of scorer \"choice\", but is \"C\".")]
    public void A_scenario_that_a_scorer_cannot_judge_is_an_error(string scorers, string expected, string message)
    {
        var error = Assert.Single(Samples.Errors(Samples.With(scorers, expected: expected)));

        Assert.Equal(message, error.Message);
        Assert.Equal("scenarios[0].expected", error.Field);
    }

    [Theory]
    [InlineData("""[{"type":"exact","value":"x"}]""")]
    [InlineData("""[{"type":"contains","value":"x","ignoreCase":true,"turn":-1}]""")]
    [InlineData("""[{"type":"regex","pattern":"(?<=a)b"}]""")]
    [InlineData("""[{"type":"number","pattern":"(\\d)","min":1,"max":5}]""")]
    [InlineData("""[{"type":"choice","choices":["A","B"],"value":"A"}]""")]
    [InlineData("""[{"type":"starts_with","values":["a","b"],"match":"any","word":true,"not":true,"pass":"== 1","weight":2}]""")]
    [InlineData("""[{"type":"numeric","value":"3","tolerance":0.1,"take":"first","invalid":"zero","reasoning":"keep"}]""")]
    [InlineData("""[{"type":"json_path","path":"$.a","value":"1"}]""")]
    [InlineData("""[{"type":"length","unit":"words","max":100}]""")]
    [InlineData("""[{"type":"latency","pass":"<= 2"}]""")]
    [InlineData("""[{"type":"json_schema","schema":true}]""")]
    [InlineData("""[{"type":"json_schema","schema":"{\"type\": [\"object\", \"null\"], \"title\": \"t\"}"}]""")]
    public void What_the_parser_accepts_can_be_created(string scorers)
    {
        var definition = Samples.Parse(Samples.With(scorers));

        Assert.Equal(definition.Scorers[0].Name, Scorers.Create(definition.Scorers[0]).Name);
    }

    [Fact]
    public void Creating_from_a_broken_spec_throws() =>
        Assert.Contains("pattern is required", Assert.Throws<ArgumentException>(() => Scorers.Create(new ScorerSpec("regex"))).Message, StringComparison.Ordinal);
}
