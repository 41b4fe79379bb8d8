using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Reads <c>prompts</c>, or <c>prompt</c> for one: texts, or mappings of name, template and system.</summary>
internal sealed class PromptListParser(FieldReader definition)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public List<PromptTemplate> Parse()
    {
        var single = definition.Take("prompt");
        var prompts = new List<PromptTemplate>();
        if (definition.List("prompts") is not { } nodes)
        {
            if (single is not null && Parse(single, "prompt", "prompt") is { } only)
            {
                prompts.Add(only);
            }

            return prompts;
        }

        if (single is not null)
        {
            definition.Fail("prompt", "prompt must not be given together with prompts.");
        }

        if (nodes.Count > DefinitionRules.MaxVariants)
        {
            definition.Fail("prompts", $"prompts must list at most {DefinitionRules.MaxVariants} prompts, but lists {nodes.Count}.");
            return prompts;
        }

        for (var index = 0; index < nodes.Count; index++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"prompts[{index}]");
            if (Parse(nodes[index], path, string.Create(CultureInfo.InvariantCulture, $"prompt-{index + 1}")) is { } prompt)
            {
                prompts.Add(prompt);
            }
        }

        return prompts;
    }

    private PromptTemplate? Parse(SourceNode node, string path, string defaultName)
    {
        if (node is SourceNode.Scalar)
        {
            return definition.Text(node, path, TextRule.Prompt) is { } text && IsTemplate(definition, node, path, text) && IsNew(definition, node, path, defaultName)
                ? new PromptTemplate(defaultName, text)
                : null;
        }

        if (definition.Inner(node, path) is not { } fields)
        {
            return null;
        }

        var name = fields.Text("name", TextRule.Id) ?? defaultName;
        var template = fields.Text("template", TextRule.Prompt, required: true);
        var system = fields.Text("system", TextRule.Text);
        fields.RejectUnknown();
        var isRead = template is not null && IsTemplate(fields, fields.Take("template")!, $"{path}.template", template)
            && (system is null || IsTemplate(fields, fields.Take("system")!, $"{path}.system", system));
        return isRead && IsNew(fields, node, $"{path}.name", name) ? new PromptTemplate(name, template!, system) : null;
    }

    private static bool IsTemplate(FieldReader fields, SourceNode node, string path, string template)
    {
        if (LiquidText.Check(template) is not { } problem)
        {
            return true;
        }

        fields.Fail(node, path, $"{path} {problem}.");
        return false;
    }

    private bool IsNew(FieldReader fields, SourceNode node, string path, string name)
    {
        if (_names.Add(name))
        {
            return true;
        }

        fields.Fail(node, path, $"{path} repeats the name {Wording.Shorten(name)}.");
        return false;
    }
}
