using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Scoring;

public sealed class Scoring_json
{
    [Theory]
    [InlineData("""{"type":"object"}""", "{}", true)]
    [InlineData("""{"type":"object"}""", "[]", false)]
    [InlineData("""{"type":["string","null"]}""", "null", true)]
    [InlineData("""{"type":["string","null"]}""", "1", false)]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"type":"number"}""", "1", true)]
    [InlineData("""{"type":"boolean"}""", "false", true)]
    [InlineData("""{"enum":["a",1,{"b":[2]}]}""", """{"b":[2.0]}""", true)]
    [InlineData("""{"enum":["a",1]}""", "2", false)]
    [InlineData("""{"const":null}""", "null", true)]
    [InlineData("""{"const":"x"}""", "\"y\"", false)]
    [InlineData("""{"required":["a"]}""", """{"a":null}""", true)]
    [InlineData("""{"required":["a"]}""", """{"b":1}""", false)]
    [InlineData("""{"required":["a"]}""", "7", true)]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"a":1}""", false)]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"b":1}""", true)]
    [InlineData("""{"properties":{"a":true},"additionalProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"properties":{"a":true},"additionalProperties":false}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"additionalProperties":{"type":"integer"}}""", """{"a":1,"b":"2"}""", false)]
    [InlineData("""{"items":{"type":"integer"}}""", "[1,2]", true)]
    [InlineData("""{"items":{"type":"integer"}}""", "[1,\"2\"]", false)]
    [InlineData("""{"minItems":2}""", "[1]", false)]
    [InlineData("""{"maxItems":1}""", "[1,2]", false)]
    [InlineData("""{"minLength":2,"maxLength":2}""", "\"\ud83d\ude00\ud83d\ude00\"", true)]
    [InlineData("""{"minLength":2}""", "\"\ud83d\ude00\"", false)]
    [InlineData("""{"pattern":"b$"}""", "\"ab\"", true)]
    [InlineData("""{"pattern":"b$"}""", "\"ba\"", false)]
    [InlineData("""{"minimum":1,"maximum":5}""", "5", true)]
    [InlineData("""{"minimum":1}""", "0.9", false)]
    [InlineData("""{"maximum":5}""", "5.1", false)]
    [InlineData("""{"exclusiveMinimum":1}""", "1", false)]
    [InlineData("""{"exclusiveMaximum":5}""", "5", false)]
    [InlineData("""{"exclusiveMaximum":5}""", "4.9", true)]
    [InlineData("true", "1", true)]
    [InlineData("false", "1", false)]
    public void An_answer_fits_or_does_not(string schema, string answer, bool fits) =>
        Assert.Equal(new Score.Valued(fits ? 1 : 0), Scorers.Create(new ScorerSpec("json_schema", Schema: schema)).Score(answer, null));

    [Theory]
    [InlineData("Sure:\n```json\n{\"a\": 1}\n```\nBye.", 1)]
    [InlineData("```\n{\"a\": 1}\n```", 1)]
    [InlineData("```json\n{\"b\": 1}\n```", 0)]
    [InlineData("  {\"a\": 1}\n", 1)]
    public void The_first_fenced_block_counts_when_the_answer_is_no_json(string answer, double score) =>
        Assert.Equal(new Score.Valued(score), Scorers.Create(new ScorerSpec("json_schema", Schema: """{"required":["a"]}""")).Score(answer, null));

    [Theory]
    [InlineData("")]
    [InlineData("I cannot.")]
    [InlineData("{\"a\": 1")]
    [InlineData("{\"a\": 1} and more")]
    [InlineData("```json\nnot json\n```")]
    [InlineData("```json\n{\"a\": 1}")]
    [InlineData("{'a': 1}")]
    public void What_is_no_json_is_invalid(string answer) =>
        Assert.IsType<Score.Invalid>(Scorers.Create(new ScorerSpec("json_schema", Schema: "{}")).Score(answer, null));

    [Fact]
    public void Text_that_is_not_unicode_is_invalid() =>
        Assert.Equal(
            new Score.Invalid("The answer is JSON with text that is not Unicode."),
            Scorers.Create(new ScorerSpec("json_schema", Schema: """{"minLength":1}""")).Score("\"\\ud800\"", null));
}
