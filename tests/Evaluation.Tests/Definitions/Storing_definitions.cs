using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Tests.Definitions;

public sealed class Storing_definitions
{
    // Stored rows and ids depend on these bytes: a change here breaks every store.
    private const string Golden =
        """{"name":"n","preamble":"é\"","scenarios":[{"id":"a","name":"A","prompt":"p","followups":[{"label":"why","prompt":"Why?"}],"expected":"007","cluster":"c"},{"id":"b","name":"b","prompt":"<q>"}],"models":["openai:m"],"samplesPerScenario":5,"samplePercentage":50,"sampleSeed":-9223372036854775808,"scorers":[{"type":"number","name":"rating","ignoreCase":true,"pattern":"(\\d)","min":0.1,"max":1E+21,"turn":-1},{"type":"choice","name":"choice","value":"A","ignoreCase":false,"choices":["A","B"],"turn":1},{"type":"json_schema","name":"s","ignoreCase":false,"schema":"{\"type\":\"string\"}","turn":1}],"config":{"temperature":null,"maxTokens":null,"maxTurns":3}}""";

    private static readonly Definition Full = new(
        "n",
        "é\"",
        [new Scenario("a", "A", "p", [new FollowUp("why", "Why?")], "007", "c"), new Scenario("b", "b", "<q>")],
        ["openai:m"],
        5,
        50,
        long.MinValue,
        [
            new ScorerSpec("number", "rating", IgnoreCase: true, Pattern: @"(\d)", Min: 0.1, Max: 1e21, Turn: -1),
            new ScorerSpec("choice", "choice", Value: "A", Choices: ["A", "B"]),
            new ScorerSpec("json_schema", "s", Schema: """{"type":"string"}"""),
        ],
        new ProbeConfig(null, null, 3));

    [Fact]
    public void The_canonical_json_is_frozen() => Assert.Equal(Golden, DefinitionJson.Write(Full));

    [Fact]
    public void The_id_is_frozen()
    {
        Assert.Equal("d30ced68bbe01998a", DefinitionJson.IdOf(Full));
        Assert.NotEqual(DefinitionJson.IdOf(Full), DefinitionJson.IdOf(Full with { SampleSeed = 0 }));
    }

    [Fact]
    public void Reading_gives_back_what_was_written()
    {
        var read = DefinitionJson.Read(Golden);

        Assert.Equal(Golden, DefinitionJson.Write(read));
        Assert.Equal(Full.Scenarios[1], read.Scenarios[1] with { FollowUps = Full.Scenarios[1].FollowUps });
        Assert.Equal(Full.Config, read.Config);
        Assert.Equal(long.MinValue, read.SampleSeed);
    }

    [Fact]
    public void An_allocation_is_stored_with_its_definition_and_makes_it_another_one()
    {
        var allocated = Full with { Allocation = new AllocationSpec(2, 4, "rating") };

        Assert.EndsWith(""","allocation":{"type":"neyman","pilotSamples":2,"meanSamples":4,"metric":"rating"}}""", DefinitionJson.Write(allocated), StringComparison.Ordinal);
        Assert.Equal(allocated.Allocation, DefinitionJson.Read(DefinitionJson.Write(allocated)).Allocation);
        Assert.NotEqual(DefinitionJson.IdOf(Full), DefinitionJson.IdOf(allocated));
    }

    [Fact]
    public void Later_fields_of_scorers_are_stored_where_they_are_given()
    {
        var spec = new ScorerSpec(
            "contains", "c", Values: ["a", "b"], Match: "all", Word: true, Take: "last", Tolerance: 0.5, Path: "$.a", Unit: "words", Invalid: "zero", Not: true, Weight: 2, Pass: ">= 1",
            Reasoning: "keep");
        var written = DefinitionJson.Write(Full with { Scorers = [spec] });

        Assert.Contains(
            """{"type":"contains","name":"c","ignoreCase":false,"turn":1,"values":["a","b"],"match":"all","word":true,"take":"last","tolerance":0.5,"path":"$.a","unit":"words","invalid":"zero","not":true,"weight":2,"pass":">= 1","reasoning":"keep"}""",
            written,
            StringComparison.Ordinal);
        Assert.Equal(written, DefinitionJson.Write(DefinitionJson.Read(written)));
    }

    [Fact]
    public void A_stored_definition_is_a_definition() =>
        Assert.Equal(Golden, DefinitionJson.Write(Samples.Parse(Golden)));

    [Fact]
    public void What_is_missing_gets_the_defaults()
    {
        var read = DefinitionJson.Read("""{"name":"n","preamble":"","scenarios":[],"models":["m"]}""");

        Assert.Equal((1, 100, null), (read.SamplesPerScenario, read.SamplePercentage, read.SampleSeed));
        Assert.Equal(new ProbeConfig(), read.Config);
        Assert.Empty(read.Scorers);
    }

    [Fact]
    public void A_scenario_is_stored_alone()
    {
        foreach (var scenario in Full.Scenarios)
        {
            var read = ScenarioJson.Read(ScenarioJson.Write(scenario));

            Assert.Equal(ScenarioJson.Write(scenario), ScenarioJson.Write(read));
            Assert.Equal(scenario.FollowUps, read.FollowUps);
            Assert.Equal(scenario, read with { FollowUps = scenario.FollowUps });
        }
    }

    [Fact]
    public void Texts_of_all_kinds_survive()
    {
        var random = new Random(31);
        for (var trial = 0; trial < 300; trial++)
        {
            var text = string.Concat(Enumerable.Range(0, 30).Select(_ => char.ConvertFromUtf32(random.Next(3) switch
            {
                0 => random.Next(0x80),
                1 => random.Next(0xE000, 0x10000),
                _ => random.Next(0x10000, 0x110000),
            })));

            Assert.Equal(text, ScenarioJson.Read(ScenarioJson.Write(new Scenario("a", "a", text, null, text))).Prompt);
        }
    }
}
