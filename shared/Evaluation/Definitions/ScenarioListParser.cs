using System.Globalization;
using FunctionsEval.Evaluation.Conversation;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>A scenario and where it stands in the document; <paramref name="Fields"/> lets later rules complain about it.</summary>
internal sealed record ParsedScenario(Scenario Scenario, FieldReader Fields);

/// <param name="hasPrompts">The definition asks, so that scenarios need no prompt of their own.</param>
internal sealed class ScenarioListParser(FieldReader definition, bool hasPrompts)
{
    private readonly Dictionary<string, int> _lineOfId = new(StringComparer.Ordinal);

    public List<ParsedScenario> Parse()
    {
        var scenarios = new List<ParsedScenario>();
        var nodes = definition.List("scenarios");
        if (nodes is null)
        {
            if (definition.Take("scenarios") is null)
            {
                definition.Missing("scenarios");
            }

            return scenarios;
        }

        if (nodes.Count is 0 or > DefinitionRules.MaxScenarios)
        {
            definition.Fail("scenarios", string.Create(
                CultureInfo.InvariantCulture,
                $"scenarios must list between 1 and {DefinitionRules.MaxScenarios:N0} scenarios, but lists {nodes.Count:N0}."));
            return scenarios;
        }

        for (var index = 0; index < nodes.Count; index++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"scenarios[{index}]");
            if (definition.Inner(nodes[index], path) is { } fields)
            {
                scenarios.Add(new ParsedScenario(Parse(fields, nodes[index], path), fields));
            }
        }

        return scenarios;
    }

    private Scenario Parse(FieldReader fields, SourceNode node, string path)
    {
        var id = fields.Text("id", TextRule.Id, required: true) ?? "";
        var name = fields.Text("name", TextRule.Name) ?? id;
        var prompt = fields.Text("prompt", hasPrompts ? TextRule.Text : TextRule.Prompt) ?? "";
        var followUps = ParseFollowUps(fields);
        var expected = ScenarioTexts.OneOrMany(fields, "expected", TextRule.Text);
        var accepted = ScenarioTexts.OneOrMany(fields, "accepted", TextRule.Text) ?? [];
        var cluster = fields.Text("cluster", TextRule.Id);
        var vars = ScenarioTexts.Vars(fields);
        var system = fields.Text("system", TextRule.Text);
        var messages = ScenarioTexts.Messages(fields);
        var tags = ScenarioTexts.OneOrMany(fields, "tags", TextRule.Id);
        var weight = ParseWeight(fields);
        fields.Take("scorers");
        fields.RejectUnknown();

        if (id.Length > 0 && !_lineOfId.TryAdd(id, node.Line))
        {
            fields.Fail("id", $"{path}.id must be unique, but {Wording.Shorten(id)} is already the id of the scenario in line {_lineOfId[id]}.");
        }

        // A conversation as other tools write it: the system's text first, what is asked last.
        if (messages is [{ Role: ConversationRole.System } first, ..])
        {
            messages.RemoveAt(0);
            system ??= first.Text;
        }

        if (prompt.Length == 0 && !hasPrompts && messages is [.., { Role: ConversationRole.User } last])
        {
            messages.RemoveAt(messages.Count - 1);
            prompt = last.Text;
        }

        if (prompt.Length == 0 && !hasPrompts && fields.Take("prompt") is null)
        {
            fields.Missing("prompt");
        }

        accepted = [.. expected?.Skip(1) ?? [], .. accepted];
        var scenario = new Scenario(
            id, name, prompt, followUps, expected?[0], cluster, accepted.Count == 0 ? null : accepted, vars, system, messages is { Count: 0 } ? null : messages, tags, weight);
        CheckSize(fields, scenario, node, path);
        return scenario;
    }

    private static double? ParseWeight(FieldReader fields)
    {
        var weight = fields.Number("weight");
        if (weight is { } value && !(value > 0 && value <= 1_000_000))
        {
            fields.Fail("weight", Wording.Broken(fields.PathOf("weight"), "must be above 0 and at most 1,000,000", Wording.Format(value)));
        }

        return weight;
    }

    private static List<FollowUp> ParseFollowUps(FieldReader fields)
    {
        var followUps = new List<FollowUp>();
        if (fields.List("followups") is not { } nodes)
        {
            return followUps;
        }

        if (nodes.Count > DefinitionRules.MaxFollowUps)
        {
            fields.Fail("followups", $"{fields.PathOf("followups")} must list at most {DefinitionRules.MaxFollowUps} follow-ups, but lists {nodes.Count}.");
            return followUps;
        }

        for (var index = 0; index < nodes.Count; index++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{fields.PathOf("followups")}[{index}]");
            if (fields.Inner(nodes[index], path) is not { } followUp)
            {
                continue;
            }

            var label = followUp.Text("label", TextRule.Id) ?? string.Create(CultureInfo.InvariantCulture, $"followup_{index + 1}");
            var prompt = followUp.Text("prompt", TextRule.Prompt, required: true) ?? "";
            followUp.RejectUnknown();
            followUps.Add(new FollowUp(label, prompt));
        }

        return followUps;
    }

    private static void CheckSize(FieldReader fields, Scenario scenario, SourceNode node, string path)
    {
        var length = scenario.Prompt.Length + (scenario.Expected?.Length ?? 0) + scenario.FollowUps.Sum(followUp => followUp.Prompt.Length)
            + (scenario.System?.Length ?? 0) + (scenario.Accepted?.Sum(text => text.Length) ?? 0) + (scenario.Messages?.Sum(message => message.Text.Length) ?? 0)
            + (scenario.Vars?.Sum(variable => variable.Key.Length + variable.Value.GetRawText().Length) ?? 0);
        if (length > DefinitionRules.MaxScenarioTextLength)
        {
            fields.Fail(node, path, string.Create(
                CultureInfo.InvariantCulture,
                $"{path} must have at most {DefinitionRules.MaxScenarioTextLength:N0} characters in all its texts, but has {length:N0}."));
            return;
        }

        // JSON writes a control character as six characters; text that stays within the limit even then need not be written out to be checked.
        var written = length < DefinitionRules.MaxScenarioJsonLength / 8 ? 0 : ScenarioJson.Write(scenario).Length;
        if (written > DefinitionRules.MaxScenarioJsonLength)
        {
            fields.Fail(node, path, string.Create(
                CultureInfo.InvariantCulture,
                $"{path} must be at most {DefinitionRules.MaxScenarioJsonLength:N0} characters long when written as JSON, but has {written:N0}."));
        }
    }
}
