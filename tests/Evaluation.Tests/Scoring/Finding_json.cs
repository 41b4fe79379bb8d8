using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Scoring;

/// <summary>JSON as models write it: the score of a schema (an object with a whole rating from 1 to 5 and a text why), then that of the value 4 at $.rating; - is invalid.</summary>
public sealed class Finding_json
{
    private const string Schema = """
        { "type": "object", "required": ["rating"], "properties": { "rating": { "type": "integer", "minimum": 1, "maximum": 5 }, "why": { "type": "string" } } }
        """;

    [Theory]
    [InlineData("{\"rating\": 4}", "11")]
    [InlineData("{\"rating\":4}", "11")]
    [InlineData(" {\"rating\": 4} \n", "11")]
    [InlineData("{\n  \"rating\": 4\n}", "11")]
    [InlineData("{\"rating\": 4, \"why\": \"clear\"}", "11")]
    [InlineData("{\"why\": \"clear\", \"rating\": 4}", "11")]
    [InlineData("```json\n{\"rating\": 4}\n```", "11")]
    [InlineData("```\n{\"rating\": 4}\n```", "11")]
    [InlineData("```JSON\n{\"rating\": 4}\n```", "11")]
    [InlineData("```json\r\n{\"rating\": 4}\r\n```", "11")]
    [InlineData("```json {\"rating\": 4} ```", "11")]
    [InlineData("```json\n{\n  \"rating\": 4\n}\n```\n\nLet me know!", "11")]
    [InlineData("Sure! {\"rating\": 4}", "11")]
    [InlineData("Here is the JSON:\n\n{\"rating\": 4}", "11")]
    [InlineData("Here you go:\n```json\n{\"rating\": 4}\n```", "11")]
    [InlineData("{\"rating\": 4} is my answer.", "11")]
    [InlineData("**Answer:** `{\"rating\": 4}`", "11")]
    [InlineData("The rating [1] is {\"rating\": 4}.", "11")]
    [InlineData("<think>{\"rating\": 1}</think>{\"rating\": 4}", "11")]
    [InlineData("<think>Maybe {\"rating\": 1}?</think>\n```json\n{\"rating\": 4}\n```", "11")]
    [InlineData("\ufeff{\"rating\": 4}", "11")]
    [InlineData("{\"rating\": 4}\n{\"rating\": 4}", "11")]
    [InlineData("{\"rating\":\u00a04}", "11")]
    [InlineData("{\"rating\": 4.0}", "11")]
    [InlineData("{\"rating\": 4e0}", "11")]
    [InlineData("{\"rating\": 5}", "10")]
    [InlineData("{\"rating\": 0}", "00")]
    [InlineData("{\"rating\": 6}", "00")]
    [InlineData("{\"rating\": 4.5}", "00")]
    [InlineData("{\"rating\": \"4\"}", "01")]
    [InlineData("{\"rating\": null}", "00")]
    [InlineData("{\"rating\": true}", "00")]
    [InlineData("{\"rating\": [4]}", "00")]
    [InlineData("{\"score\": 4}", "00")]
    [InlineData("{}", "00")]
    [InlineData("[]", "00")]
    [InlineData("[{\"rating\": 4}]", "00")]
    [InlineData("4", "00")]
    [InlineData("\"4\"", "00")]
    [InlineData("null", "00")]
    [InlineData("true", "00")]
    [InlineData("{\"result\": {\"rating\": 4}}", "00")]
    [InlineData("{\"Rating\": 4}", "00")]
    [InlineData("{\"rating\": 4, \"why\": 3}", "01")]
    [InlineData("{\"rating\": 4, \"why\": \"\u00fcber \u6771\u4eac\"}", "11")]
    [InlineData("{\"rating\": 4, \"why\": \"a \\\"quoted\\\" word\"}", "11")]
    [InlineData("{\"rating\": 4, \"why\": \"line\\nbreak\"}", "11")]
    [InlineData("{\"rating\": 4, \"why\": \"{braces}\"}", "11")]
    [InlineData("{\"rating\": 4, \"why\": \"\\u00e9\"}", "11")]
    [InlineData("{\"rating\": 4, \"why\": \"\U0001f600\"}", "11")]
    [InlineData("", "--")]
    [InlineData("Rating: 4", "--")]
    [InlineData("I would give it a 4 out of 5.", "--")]
    [InlineData("{'rating': 4}", "--")]
    [InlineData("{rating: 4}", "--")]
    [InlineData("{\"rating\": 4,}", "--")]
    [InlineData("{\"rating\": 4", "--")]
    [InlineData("```json\n{\"rating\": 4", "--")]
    [InlineData("{\"rating\": 04}", "--")]
    [InlineData("{\"rating\": NaN}", "--")]
    [InlineData("{\u201crating\u201d: 4}", "--")]
    [InlineData("{\"rating\": 4 // good\n}", "--")]
    [InlineData("{\"rating\": 4}\n{\"rating\": 5}", "--")]
    [InlineData("First {\"rating\": 1}, then {\"rating\": 4}.", "--")]
    [InlineData("```json\n{\"rating\": 1}\n```\n```json\n{\"rating\": 4}\n```", "--")]
    [InlineData("rating = {4}", "--")]
    [InlineData("Das Ergebnis: {\"rating\": 4}", "11")]
    [InlineData("\u7ed3\u679c\uff1a{\"rating\": 4}\u3002", "11")]
    public void The_one_value_is_found_and_no_other(string answer, string scores) => Assert.Equal(
        scores, Of(new ScorerSpec("json_schema", Schema: Schema), answer) + Of(new ScorerSpec("json_path", Path: "$.rating", Value: "4"), answer));

    private static string Of(ScorerSpec spec, string answer) => Scorers.Create(spec).Score(answer, null) is Score.Valued(var value) ? value == 1 ? "1" : "0" : "-";
}
