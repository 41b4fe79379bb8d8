using System.Text.Json.Nodes;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Parsing;

namespace FunctionsEval.Evaluation.Tests.Definitions;

internal static class Samples
{
    public static Definition Parse(string json)
    {
        var outcome = DefinitionParser.Parse(JsonSource.Parse(json));
        Assert.False(outcome is DefinitionOutcome.Rejected, outcome is DefinitionOutcome.Rejected(var errors) ? string.Join('\n', errors) : "");
        return ((DefinitionOutcome.Parsed)outcome).Definition;
    }

    public static IReadOnlyList<DefinitionError> Errors(string json) =>
        Assert.IsType<DefinitionOutcome.Rejected>(DefinitionParser.Parse(JsonSource.Parse(json))).Errors;

    public static string With(string scorers = "[]", string config = "{}", string expected = "null") =>
        $$"""{"name":"n","scenarios":[{"id":"a","prompt":"p","expected":{{expected}}}],"models":["m"],"scorers":{{scorers}},"config":{{config}}}""";

    public static string Replacing(string field, string value)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = "\"n\"",
            ["scenarios"] = """[{"id":"a","prompt":"p"}]""",
            ["models"] = """["m"]""",
            [field] = value,
        };
        return "{" + string.Join(',', fields.Select(pair => $"{JsonValue.Create(pair.Key).ToJsonString()}:{pair.Value}")) + "}";
    }
}
