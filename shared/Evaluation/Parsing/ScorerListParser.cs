using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Reads <c>scorers</c>, of a definition or of one scenario, and checks scenarios against them.</summary>
/// <param name="ofScenario">They stand for scorers of the definition in one scenario.</param>
internal sealed class ScorerListParser(FieldReader definition, ProbeConfig config, bool ofScenario = false)
{
    private static readonly TextRule Anything = new(DefinitionRules.MaxTextLength, AllowBlank: true);

    // A rubric that lacks a variable lacks it in every scenario.
    private const int MaxJudgeErrors = 20;

    private int _judgeErrors;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<ScorerSpec> _sound = [];
    private readonly List<(int Turn, FieldReader Fields)> _turns = [];

    public List<ScorerSpec> Parse() => Parse("scorers", DefinitionRules.MaxScorers);

    private List<ScorerSpec> Parse(string field, int most)
    {
        var specs = new List<ScorerSpec>();
        if (definition.List(field) is not { } nodes)
        {
            return specs;
        }

        if (nodes.Count > most)
        {
            definition.Fail(field, $"{field} must list at most {most} scorers, but lists {nodes.Count}.");
            return specs;
        }

        for (var index = 0; index < nodes.Count; index++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{(field == "scorers" ? field : definition.PathOf(field))}[{index}]");
            if (definition.Inner(nodes[index], path) is { } fields)
            {
                specs.Add(Parse(fields, path));
            }
        }

        if (specs.Sum(spec => spec.Judge is { } judge ? judge.Models.Count * judge.Repeats : 0) is var judgements and > JudgeRules.MaxJudgements)
        {
            definition.Fail(field, $"{field} must have at most {JudgeRules.MaxJudgements} judgements of one answer (models x repeats of all judges), but has {judgements}.");
        }

        return specs;
    }

    private ScorerSpec Parse(FieldReader fields, string path)
    {
        var type = fields.Text("type", TextRule.Id, required: true) ?? "";
        var name = ParseName(fields, type);
        var schema = ParseSchema(fields);
        var spec = new ScorerSpec(
            type,
            name,
            fields.Text("value", Anything),
            fields.Boolean("ignoreCase") ?? false,
            fields.Text("pattern", Anything),
            fields.Number("min"),
            fields.Number("max"),
            ParseTexts(fields, "choices", TextRule.Name),
            schema?.Json,
            ParseTurn(fields),
            ParseTexts(fields, "values", Anything),
            fields.Text("match", TextRule.Id),
            fields.Boolean("word") ?? false,
            fields.Text("take", TextRule.Id),
            fields.Number("tolerance"),
            fields.Text("path", Anything),
            fields.Text("unit", TextRule.Id),
            fields.Text("invalid", TextRule.Id),
            fields.Boolean("not") ?? false,
            fields.Number("weight"),
            fields.Text("pass", TextRule.Id),
            fields.Text("reasoning", TextRule.Id),
            fields.Take("of") is null ? null : new ScorerListParser(fields, config).Parse("of", ScorerRules.MaxChecks),
            type is ScorerSpec.JudgeType or ScorerSpec.PairwiseType ? JudgeParser.Parse(fields) : null,
            fields.Text("pairs", TextRule.Id),
            fields.Boolean("plain") ?? false,
            type is ScorerSpec.CommandType or ScorerSpec.HttpType ? ParseExternal(fields) : null);
        fields.RejectUnknown();
        if (ofScenario && spec.External is not null)
        {
            fields.Fail("type", $"{path}.type must not be {type} in a scenario: what is scored outside belongs to the definition.");
        }

        if (ofScenario && spec.Judge is not null)
        {
            fields.Fail("type", $"{path}.type must not be {type} in a scenario: a judge belongs to the definition, and its rubric may use the variables of each scenario.");
        }

        if (type.Length == 0)
        {
            return spec;
        }

        var complaints = ScorerRules.Check(spec).ToList();
        foreach (var complaint in complaints)
        {
            var field = complaint.Field.Split('[')[0];
            if (complaint.Rule == ScorerComplaintRule.Missing && fields.Has(field))
            {
                // The field is there but was unreadable, which its own complaint says.
                continue;
            }

            var at = field == "schema" && complaint.Pointer is { } pointer ? schema?.Locate(pointer) : null;
            if (at is not null)
            {
                fields.Fail(at, $"{path}.schema", $"{path}.{complaint.Message}");
            }
            else
            {
                fields.Fail(field, $"{path}.{complaint.Message}");
            }
        }

        if (complaints.Count == 0)
        {
            _sound.Add(spec);
        }

        return spec;
    }

    private string ParseName(FieldReader fields, string type)
    {
        var given = fields.Text("name", TextRule.Id);
        var name = given ?? type;
        for (var number = 2; given is null && _names.Contains(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{type}-{number}");
        }

        if (!_names.Add(name))
        {
            fields.Fail("name", $"{fields.PathOf("name")} must be unique among the scorers, but {Wording.Shorten(name)} is taken.");
        }

        return name;
    }

    /// <summary>Its fields stand beside those of the scorer, or together in <c>external</c>, as they are stored.</summary>
    private static ExternalSpec ParseExternal(FieldReader scorer)
    {
        var fields = scorer.Take("external") is { } node ? scorer.Inner(node, scorer.PathOf("external")) ?? scorer : scorer;
        var external = new ExternalSpec(
            fields.Take("command") is SourceNode.Scalar ? [fields.Text("command", Anything) ?? ""] : ParseTexts(fields, "command", Anything),
            fields.Text("url", TextRule.Text),
            fields.Integer("timeoutSeconds", 1, ExternalSpec.MaxTimeoutSeconds) ?? ExternalSpec.StandardTimeoutSeconds);
        if (fields != scorer)
        {
            fields.RejectUnknown();
        }

        return external;
    }

    private static List<string>? ParseTexts(FieldReader fields, string name, TextRule rule)
    {
        if (fields.List(name) is not { } nodes)
        {
            return null;
        }

        var texts = new List<string>();
        for (var index = 0; index < nodes.Count; index++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{fields.PathOf(name)}[{index}]");
            if (fields.Text(nodes[index], path, rule) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>Whether the scorers can judge a scenario, but for those that it replaces.</summary>
    public void CheckScenario(Scenario scenario, FieldReader fields)
    {
        if (scenario.Expected is null && fields.Take("expected") is not null)
        {
            // It is there but broke a rule of its own.
            return;
        }

        foreach (var spec in _sound.Where(spec => scenario.Scorers?.Any(own => own.Name == spec.Name) != true))
        {
            if (ScorerRules.CheckExpected(spec, scenario.Expected) is { } complaint)
            {
                var isNull = scenario.Expected is null && fields.Has("expected");
                var hint = isNull ? " Unquoted null, ~ and nothing mean that it is absent: put the text into quotes if it is meant." : "";
                fields.Fail("expected", $"{fields.PathOf("expected")} {complaint}{hint}");
            }

            if (spec.Judge is not null && JudgePrompt.Problem(spec, scenario) is { } problem && _judgeErrors++ < MaxJudgeErrors)
            {
                fields.Fail(fields.Has("vars") ? "vars" : "id", problem);
            }
        }
    }

    /// <param name="longest">The most turns that a scenario takes.</param>
    public void CheckTurns(int longest)
    {
        var reachable = Math.Min(longest, config.MaxTurns);
        foreach (var (turn, fields) in _turns.Where(scored => scored.Turn > reachable))
        {
            fields.Fail("turn", $"{fields.PathOf("turn")} must be a turn that a scenario reaches, at most {reachable} here, but is {turn}.");
        }
    }

    private int ParseTurn(FieldReader fields)
    {
        var turn = fields.Integer("turn", -1, DefinitionRules.MaxTurnsLimit) ?? 1;
        if (turn == 0)
        {
            fields.Fail("turn", $"{fields.PathOf("turn")} must be a turn from 1, or -1 for the last turn reached, but is 0.");
            return 1;
        }

        _turns.Add((turn, fields));
        return turn;
    }

    private static ParsedSchema? ParseSchema(FieldReader fields)
    {
        switch (fields.Take("schema"))
        {
            case null:
                return null;
            case SourceNode.Scalar { Quoted: true } text:
                switch (JsonSource.Parse(text.Text))
                {
                    case SourceOutcome.Read(var inner) when SourceJson.Write(inner, out _) is { } json:
                        return new ParsedSchema(json, null);
                    case SourceOutcome.Malformed(var error):
                        fields.Fail("schema", $"{fields.PathOf("schema")} must be JSON: in its line {error.Line}, {error.Message}");
                        return null;
                    default:
                        fields.Fail("schema", $"{fields.PathOf("schema")} must be JSON, but names a field twice.");
                        return null;
                }

            case var node:
                if (SourceJson.Write(node, out var problem) is { } written)
                {
                    return new ParsedSchema(written, node);
                }

                fields.Fail(problem!.Value.At, fields.PathOf("schema"), $"{fields.PathOf("schema")} {problem.Value.Message}");
                return null;
        }
    }

    private sealed record ParsedSchema(string Json, SourceNode? Root)
    {
        /// <summary>The node that a JSON pointer (RFC 6901) names, or the nearest one above it.</summary>
        public SourceNode? Locate(IReadOnlyList<string> pointer)
        {
            var node = Root;
            foreach (var step in pointer)
            {
                var next = node switch
                {
                    SourceNode.Mapping mapping => mapping.Entries.FirstOrDefault(entry => entry.Name == step)?.Value,
                    SourceNode.Sequence sequence when int.TryParse(step, CultureInfo.InvariantCulture, out var index) && index < sequence.Items.Count =>
                        sequence.Items[index],
                    _ => null,
                };
                if (next is null)
                {
                    return node;
                }

                node = next;
            }

            return node;
        }
    }
}
