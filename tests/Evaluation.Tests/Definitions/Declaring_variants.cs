using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Tests.Definitions;

public sealed class Declaring_variants
{
    private const string Head = """ "name":"n","scenarios":[{"id":"a","prompt":"p"}] """;

    [Fact]
    public void A_variant_says_what_is_different_and_keeps_the_rest()
    {
        var definition = Parsed("""
            [{"model":"openai:m"},
             {"name":"terse","model":"openai:m","preamble":"Be brief.","temperature":0,"maxTokens":50,"reasoningEffort":"none"}]
            """);

        Assert.Equal(
            [new Variant("openai:m", "openai:m"), new Variant("terse", "openai:m", "Be brief.", 0, 50, "none")],
            definition.AllVariants());
        Assert.Empty(definition.Models);
    }

    [Fact]
    public void A_list_of_models_is_a_variant_each() =>
        Assert.Equal([Variant.Of("a"), Variant.Of("b")], new Definition("n", "", [], ["a", "b"]).AllVariants());

    [Fact]
    public void Variants_are_part_of_what_is_stored_and_of_the_id()
    {
        var definition = Parsed("""[{"name":"x","model":"m","temperature":1},{"name":"y","model":"m","reasoningEffort":"low"}]""");
        var other = definition with { Variants = [definition.Variants[0], definition.Variants[1] with { ReasoningEffort = "high" }] };

        var stored = DefinitionJson.Read(DefinitionJson.Write(definition));

        Assert.Equal(definition.Variants, stored.Variants);
        Assert.NotEqual(DefinitionJson.IdOf(definition), DefinitionJson.IdOf(other));
    }

    [Theory]
    [InlineData("""[{"name":"x"}]""", "variants[0].model is required, but is missing.")]
    [InlineData("""[{"model":"m"},{"model":"m"}]""", "variants[1].name repeats the name \"m\".")]
    [InlineData("""[{"model":"m","temperature":3}]""", "variants[0].temperature must be between 0 and 2, but is 3.")]
    [InlineData("""[{"model":"m","maxTokens":0}]""", "variants[0].maxTokens must be between 1 and 1,000,000, but is 0.")]
    [InlineData("""[{"model":"m","reasoningEffort":"max"}]""", "variants[0].reasoningEffort must be one of none, minimal, low, medium, high, xhigh, but is \"max\".")]
    [InlineData("""[{"model":"m","topP":1}]""", "variants[0].topP is not a known field; known here are model, name, preamble, temperature, maxTokens, reasoningEffort, prompt.")]
    [InlineData("[]", "variants must list between 1 and 100 variants, but lists 0.")]
    [InlineData("\"m\"", "variants must be a list, but is the text \"m\".")]
    public void A_broken_rule_names_the_field_the_rule_and_the_value(string variants, string message) =>
        Assert.Equal(message, Assert.Single(Samples.Errors($"{{{Head},\"variants\":{variants}}}")).Message);

    [Fact]
    public void Models_and_variants_together_are_refused() => Assert.Equal(
        "variants must not be given together with models: a variant names its own model.",
        Assert.Single(Samples.Errors($"{{{Head},\"models\":[\"m\"],\"variants\":[{{\"model\":\"m\"}}]}}")).Message);

    private static Definition Parsed(string variants) => Samples.Parse($"{{{Head},\"variants\":{variants}}}");
}
