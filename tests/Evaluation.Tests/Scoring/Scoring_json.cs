using FunctionsEval.Evaluation.Definitions;
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

    /// <summary>As pydantic, zod and OpenAPI documents write them.</summary>
    [Theory]
    [InlineData("""{"$ref":"#/$defs/A","$defs":{"A":{"type":"object","required":["a"]}}}""", """{"a":1}""", true)]
    [InlineData("""{"$ref":"#/$defs/A","$defs":{"A":{"type":"object","required":["a"]}}}""", "{}", false)]
    [InlineData("""{"$ref":"#/definitions/A","definitions":{"A":{"type":"string"}}}""", "1", false)]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}]}""", "[1]", false)]
    [InlineData("""{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.com/a","prefixItems":[{"type":"string"}],"items":false}""", "[\"x\"]", true)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}],"default":null,"title":"Note"}""", "null", true)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "1", false)]
    [InlineData("""{"oneOf":[{"type":"integer"},{"minimum":5}]}""", "6", false)]
    [InlineData("""{"allOf":[{"type":"integer"},{"minimum":5}]}""", "6", true)]
    [InlineData("""{"not":{"type":"string"}}""", "\"x\"", false)]
    [InlineData("""{"if":{"required":["a"]},"then":{"required":["b"]}}""", """{"a":1}""", false)]
    [InlineData("""{"type":"string","format":"date"}""", "\"2026-02-29\"", false)]
    [InlineData("""{"type":"string","format":"date"}""", "\"2028-02-29\"", true)]
    [InlineData("""{"format":"email"}""", "\"nobody\"", false)]
    [InlineData("""{"format":"uuid"}""", "\"7b1f\"", false)]
    [InlineData("""{"multipleOf":0.1}""", "0.3", true)]
    [InlineData("""{"uniqueItems":true}""", "[1,1.0]", false)]
    [InlineData("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"x1":1}""", true)]
    [InlineData("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"y1":1}""", false)]
    [InlineData("""{"patternProperties":{"(?<=a)x":true},"additionalProperties":false}""", """{"ax":1}""", true)]
    [InlineData("""{"allOf":[{"properties":{"a":true}},{"patternProperties":{"^x":true}}],"unevaluatedProperties":false}""", """{"a":1,"x":2}""", true)]
    [InlineData("""{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}""", """{"b":1}""", false)]
    [InlineData("""{"type":"string","nullable":true}""", "null", true)]
    [InlineData("""{"type":"string","nullable":true}""", "1", false)]
    [InlineData("""{"type":"string","nullable":false}""", "null", false)]
    [InlineData("""{"type":"string","enum":["a"],"nullable":true}""", "null", true)]
    [InlineData("""{"type":"string","enum":["a"],"nullable":true}""", "\"b\"", false)]
    [InlineData("""{"properties":{"p":{"allOf":[{"$ref":"#/$defs/A"}],"nullable":true}},"$defs":{"A":{"type":"object"}}}""", """{"p":null}""", true)]
    [InlineData("""{"properties":{"p":{"allOf":[{"$ref":"#/$defs/A"}],"nullable":true}},"$defs":{"A":{"type":"object"}}}""", """{"p":1}""", false)]
    [InlineData("""{"properties":{"nullable":{"type":"string"}}}""", """{"nullable":1}""", false)]
    [InlineData("""{"properties":{"next":{"$ref":"#"}},"required":["v"]}""", """{"v":1,"next":{"v":2}}""", true)]
    [InlineData("""{"properties":{"next":{"$ref":"#"}},"required":["v"]}""", """{"v":1,"next":{}}""", false)]
    public void The_whole_of_draft_2020_12_is_checked(string schema, string answer, bool fits) =>
        Assert.Equal(new Score.Valued(fits ? 1 : 0), Scorers.Create(new ScorerSpec("json_schema", Schema: schema)).Score(answer, null));

    [Theory]
    [InlineData("Sure:\n```json\n{\"a\": 1}\n```\nBye.", 1)]
    [InlineData("```\n{\"a\": 1}\n```", 1)]
    [InlineData("```json\n{\"b\": 1}\n```", 0)]
    [InlineData("```\nnot json\n```\n```json\n{\"a\": 1}\n```", 1)]
    [InlineData("```json\n{\"a\": 1}\n```\nthat is\n```json\n{\"a\":1}\n```", 1)]
    [InlineData("```json\n{\"a\": 1}", 1)]
    [InlineData("  {\"a\": 1}\n", 1)]
    [InlineData("Sure! {\"a\": 4}", 1)]
    [InlineData("Sure! {\"b\": 4} is what I think.", 0)]
    [InlineData("See [1] and [2, 3]: {\"a\": 4}", 1)]
    [InlineData("The set {x | x > 0}, so {\"a\": {\"b\": [1]}}", 1)]
    [InlineData("Here: [{\"a\": 4}, {\"a\": 5}]", 1)]
    [InlineData("Text with \"{\" and } and {\"a\": \"}{\"}", 1)]
    [InlineData("{\"a\": 1} and once more {\"a\": 1.0}", 1)]
    public void The_one_json_value_of_an_answer_counts(string answer, double score) =>
        Assert.Equal(new Score.Valued(score), Scorers.Create(new ScorerSpec("json_schema", Schema: """{"anyOf":[{"required":["a"]}]}""")).Score(answer, null));

    [Theory]
    [InlineData("", "The answer is empty.")]
    [InlineData("I cannot.", "The answer holds no JSON.")]
    [InlineData("{'a': 1}", "The answer holds no JSON.")]
    [InlineData("4 of 5", "The answer holds no JSON.")]
    [InlineData("```json\nnot json\n```", "The answer holds no JSON.")]
    [InlineData("{\"a\": 1", "The answer holds JSON that is broken or breaks off.")]
    [InlineData("{\"a\": {\"b\": 1}", "The answer holds JSON that is broken or breaks off.")]
    [InlineData("{\"a\": {\"b\": 1},}", "The answer holds JSON that is broken or breaks off.")]
    [InlineData("[{\"a\": 1}, {\"a\":", "The answer holds JSON that is broken or breaks off.")]
    [InlineData("{\"a\": 1} or {\"a\": 2}", "The answer holds 2 different JSON values.")]
    [InlineData("```json\n{\"a\": 1}\n```\n```json\n{\"a\": 2}\n```", "The answer holds 2 different JSON values.")]
    public void Without_one_json_value_the_answer_is_invalid(string answer, string reason) =>
        Assert.Equal(new Score.Invalid(reason), Scorers.Create(new ScorerSpec("json_schema", Schema: "{}")).Score(answer, null));

    [Theory]
    [InlineData("""{"minLength":1}""", "\"\\ud800\"", "The answer is JSON with text that is not Unicode.")]
    [InlineData("""{"const":1}""", "1e400", "The answer is JSON with a number that cannot be read.")]
    public void What_cannot_be_read_is_invalid(string schema, string answer, string reason) =>
        Assert.Equal(new Score.Invalid(reason), Scorers.Create(new ScorerSpec("json_schema", Schema: schema)).Score(answer, null));

    [Fact]
    public void One_scorer_serves_many_threads()
    {
        var scorer = Scorers.Create(new ScorerSpec("json_schema", Schema: """{"$ref":"#/$defs/A","$defs":{"A":{"properties":{"a":{"type":"integer"}}}}}"""));

        var wrong = Enumerable.Range(0, 2_000).AsParallel().Count(index =>
            scorer.Score(index % 2 == 0 ? """{"a":1}""" : """{"a":"x"}""", null) != new Score.Valued(index % 2 == 0 ? 1 : 0));

        Assert.Equal(0, wrong);
    }
}
