using System.Globalization;
using System.Text.Json;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>What scenarios are checked against: the parts of the definition that were read before them.</summary>
/// <param name="HasPrompts">The definition asks, so that scenarios need no prompt of their own.</param>
/// <param name="Images">Null where no files may be read.</param>
/// <param name="Variants">Those that differ in their template; none where the templates cannot be read.</param>
internal sealed record ScenarioContext(string Preamble, bool HasPrompts, ProbeConfig Config, ScorerListParser ScorerList, IReadOnlyList<ScorerSpec> Scorers, IReadOnlyList<Variant> Variants, IImageFiles? Images);

/// <summary>Reads scenarios one by one and checks each at once, so that of a long list nothing is kept but the scenarios.</summary>
internal sealed class ScenarioListParser(FieldReader definition, ScenarioContext context)
{
    // A template that lacks a variable lacks it in every scenario.
    private const int MaxTemplateErrors = 20;

    private readonly Dictionary<string, int> _lineOfId = new(StringComparer.Ordinal);
    private readonly ImageParser _images = new(context.Images);
    private int _templateErrors;

    public List<Scenario> Scenarios { get; } = [];

    /// <summary>Scenarios and what could not be read as one.</summary>
    public int Count { get; private set; }

    public void AddAll(IReadOnlyList<SourceNode> nodes)
    {
        if (nodes.Count is 0 or > DefinitionRules.MaxScenarios)
        {
            definition.Fail("scenarios", string.Create(
                CultureInfo.InvariantCulture,
                $"scenarios must list between 1 and {DefinitionRules.MaxScenarios:N0} scenarios, but lists {nodes.Count:N0}."));
            return;
        }

        foreach (var node in nodes)
        {
            var path = NextPath();
            if (definition.Inner(node, path) is { } fields)
            {
                Add(fields, node, path, vars: null);
            }
        }
    }

    /// <param name="vars">The columns of the row, where the definition does not choose among them.</param>
    public void Add(SourceNode.Mapping row, JsonElement? vars, string source)
    {
        var path = NextPath();
        Add(definition.OfRow(row, path, source), row, path, vars);
    }

    /// <summary>What can be told once all are there.</summary>
    public void Finish()
    {
        if (Count > 0)
        {
            context.ScorerList.CheckTurns(Scenarios.Count == 0 ? int.MaxValue : Scenarios.Max(scenario => scenario.FollowUps.Count + 1));
        }
    }

    private string NextPath() => string.Create(CultureInfo.InvariantCulture, $"scenarios[{Count++}]");

    private void Add(FieldReader fields, SourceNode node, string path, JsonElement? vars)
    {
        var errors = fields.ErrorCount;
        var scenario = Parse(fields, node, path, vars);
        scenario = WithScorers(scenario, fields);
        context.ScorerList.CheckScenario(scenario, fields);
        Scenarios.Add(scenario);
        if (fields.ErrorCount == errors && ScenarioTexts.Problem(context.Preamble, scenario, context.Variants) is { } problem && _templateErrors++ < MaxTemplateErrors)
        {
            fields.Fail(fields.Has("vars") || scenario.Prompt.Length == 0 ? "vars" : "prompt", problem);
        }
    }

    /// <summary>A scenario's own scorers stand for those of the definition that have their names: the metrics of a run are the same everywhere.</summary>
    private Scenario WithScorers(Scenario scenario, FieldReader fields)
    {
        if (!fields.Has("scorers"))
        {
            return scenario;
        }

        var parser = new ScorerListParser(fields, context.Config, ofScenario: true);
        var own = parser.Parse();
        parser.CheckScenario(scenario, fields);
        parser.CheckTurns(scenario.FollowUps.Count + 1);
        foreach (var stranger in own.Where(spec => context.Scorers.All(known => known.Name != spec.Name)))
        {
            fields.Fail("scorers", Wording.Broken(
                fields.PathOf("scorers"), $"must have the names of scorers of the definition ({string.Join(", ", context.Scorers.Select(known => known.Name))})", Wording.Shorten(stranger.Name!)));
        }

        return scenario with { Scorers = own };
    }

    private Scenario Parse(FieldReader fields, SourceNode node, string path, JsonElement? row)
    {
        var id = fields.Text("id", TextRule.Id, required: true) ?? "";
        var name = fields.Text("name", TextRule.Name) ?? id;
        var prompt = fields.Text("prompt", context.HasPrompts ? TextRule.Text : TextRule.Prompt) ?? "";
        var expected = ScenarioTexts.OneOrMany(fields, "expected", TextRule.Text);
        var accepted = ScenarioTexts.OneOrMany(fields, "accepted", TextRule.Text) ?? [];
        var cluster = fields.Text("cluster", TextRule.Id);
        var vars = row is { } columns ? new RowVariables(columns) : ScenarioTexts.Vars(fields);
        var followUps = ParseFollowUps(fields, vars);
        var system = fields.Text("system", TextRule.Text);
        var messages = ScenarioTexts.Messages(fields, _images, vars);
        var images = _images.Parse(fields, vars);
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

        if (prompt.Length == 0 && !context.HasPrompts && messages is [.., { Role: ConversationRole.User } last])
        {
            messages.RemoveAt(messages.Count - 1);
            prompt = last.Text;
            images = last.Images is null ? images : [.. last.Images, .. images ?? []];
        }

        if (prompt.Length == 0 && !context.HasPrompts && fields.Take("prompt") is null)
        {
            fields.Missing("prompt");
        }

        accepted = [.. expected?.Skip(1) ?? [], .. accepted];
        var scenario = new Scenario(
            id, name, prompt, followUps, expected?[0], cluster, accepted.Count == 0 ? null : accepted, vars, system, messages is { Count: 0 } ? null : messages, tags, weight, Images: images);
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

    private List<FollowUp>? ParseFollowUps(FieldReader fields, IReadOnlyDictionary<string, JsonElement>? vars)
    {
        if (fields.List("followups") is not { } nodes)
        {
            return null;
        }

        var followUps = new List<FollowUp>();
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
            var images = _images.Parse(followUp, vars);
            followUp.RejectUnknown();
            followUps.Add(new FollowUp(label, prompt, images));
        }

        return followUps;
    }

    private static void CheckSize(FieldReader fields, Scenario scenario, SourceNode node, string path)
    {
        var length = scenario.Prompt.Length + (scenario.Expected?.Length ?? 0) + scenario.FollowUps.Sum(followUp => followUp.Prompt.Length)
            + (scenario.System?.Length ?? 0) + (scenario.Accepted?.Sum(text => text.Length) ?? 0) + (scenario.Messages?.Sum(message => message.Text.Length) ?? 0)
            + scenario.AllImages().Sum(image => image.Name.Length + 150)
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
