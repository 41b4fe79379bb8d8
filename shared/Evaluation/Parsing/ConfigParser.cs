using System.Globalization;
using System.Text.Json;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Reads <c>config</c>: how models are called.</summary>
internal static class ConfigParser
{
    private const int MaxStops = 4;

    // What a request cannot do without, by the names of the vendors, and what would change the form of its answer.
    private static readonly string[] OwnFields = ["model", "messages", "input", "contents", "stream", "n"];

    public static ProbeConfig Parse(FieldReader fields)
    {
        var defaults = new ProbeConfig();
        if (fields.Take("config") is not { } node || fields.Inner(node, "config") is not { } config)
        {
            return defaults;
        }

        // An absent field takes our default; an explicit null leaves the choice to the vendor.
        var temperature = config.Number("temperature");
        if (DefinitionRules.ValidateTemperature(temperature) is { } complaint)
        {
            config.Fail("temperature", complaint);
        }

        var maxTokens = config.Integer("maxTokens", 1, DefinitionRules.MaxTokensLimit);
        var maxTurns = config.Integer("maxTurns", 1, DefinitionRules.MaxTurnsLimit);
        var topP = config.Number("topP");
        if (topP is { } share && !(share > 0 && share <= 1))
        {
            config.Fail("topP", Wording.Broken("config.topP", "must be above 0 and at most 1", Wording.Format(share)));
        }

        var seed = config.Long("seed", long.MinValue, long.MaxValue);
        var stop = ScenarioTexts.OneOrMany(config, "stop", TextRule.Text);
        if (stop is { Count: > MaxStops })
        {
            config.Fail("stop", string.Create(CultureInfo.InvariantCulture, $"config.stop must list at most {MaxStops} texts, but lists {stop.Count}."));
        }

        var spec = new ProbeConfig(
            config.Has("temperature") ? temperature : defaults.Temperature,
            config.Has("maxTokens") ? maxTokens : defaults.MaxTokens,
            maxTurns ?? defaults.MaxTurns,
            topP,
            seed,
            stop,
            ParseFormat(config),
            ParseExtra(config));
        config.RejectUnknown();
        return spec;
    }

    private static string? ParseExtra(FieldReader config)
    {
        var extra = ParseObject(config, "extra");
        if (extra is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(extra);
        foreach (var own in document.RootElement.EnumerateObject().Select(field => field.Name).Where(OwnFields.Contains))
        {
            config.Fail("extra", $"{config.PathOf("extra")} must not have {own}: {(own == "stream" ? "answers are read whole" : "the program writes it")}.");
        }

        return extra;
    }

    private static string? ParseFormat(FieldReader config)
    {
        if (config.Take("responseFormat") is not SourceNode.Scalar scalar || scalar.Text.StartsWith('{'))
        {
            return ParseObject(config, "responseFormat");
        }

        if (scalar.Text is not ("text" or "json"))
        {
            config.Fail("responseFormat", Wording.Broken("config.responseFormat", "must be text, json or a mapping of fields", Wording.Shorten(scalar.Text)));
        }

        return scalar.Text;
    }

    /// <summary>A mapping, or the text of a JSON object, as compact JSON.</summary>
    private static string? ParseObject(FieldReader config, string name)
    {
        var node = config.Take(name);
        if (node is SourceNode.Scalar { Quoted: true } text && JsonSource.Parse(text.Text) is SourceOutcome.Read(var inner))
        {
            node = inner;
        }

        if (node is null || config.Inner(node, config.PathOf(name)) is null)
        {
            return null;
        }

        if (SourceJson.Write(node, out var problem) is { } json)
        {
            return json;
        }

        config.Fail(problem!.Value.At, config.PathOf(name), $"{config.PathOf(name)} {problem.Value.Message}");
        return null;
    }
}
