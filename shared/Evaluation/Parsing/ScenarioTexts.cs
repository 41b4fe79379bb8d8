using System.Globalization;
using System.Text.Json;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Reads what a scenario may bring besides its prompt: variables, few-shot turns, lists of texts; and checks that its templates can be filled in.</summary>
internal static class ScenarioTexts
{
    public const int MaxVars = 200;
    private const int MaxMessages = 100;

    public static IReadOnlyDictionary<string, JsonElement>? Vars(FieldReader fields)
    {
        if (fields.Take("vars") is not { } node || fields.Inner(node, fields.PathOf("vars")) is null || node is not SourceNode.Mapping mapping)
        {
            return null;
        }

        if (mapping.Entries.Count > MaxVars)
        {
            fields.Fail("vars", $"{fields.PathOf("vars")} must hold at most {MaxVars} variables, but holds {mapping.Entries.Count}.");
            return null;
        }

        if (VariableJson.Write(node, out var problem) is not { } json)
        {
            fields.Fail(problem!.Value.At, fields.PathOf("vars"), $"{fields.PathOf("vars")} {problem.Value.Message}");
            return null;
        }

        return new RowVariables(JsonElement.Parse(json));
    }

    /// <param name="vars">Of the scenario, for the paths of images.</param>
    public static List<ConversationMessage>? Messages(FieldReader fields, ImageParser imageParser, IReadOnlyDictionary<string, JsonElement>? vars)
    {
        if (fields.List("messages") is not { } nodes)
        {
            return null;
        }

        if (nodes.Count > MaxMessages)
        {
            fields.Fail("messages", $"{fields.PathOf("messages")} must list at most {MaxMessages} messages, but lists {nodes.Count}.");
            return null;
        }

        var messages = new List<ConversationMessage>();
        for (var index = 0; index < nodes.Count; index++)
        {
            if (fields.Inner(nodes[index], string.Create(CultureInfo.InvariantCulture, $"{fields.PathOf("messages")}[{index}]")) is not { } message)
            {
                continue;
            }

            var role = message.Text("role", TextRule.Id, required: true);
            var images = imageParser.Parse(message, vars);
            var text = message.Text(message.Has("content") ? "content" : "text", TextRule.Text, required: !message.Has("image")) ?? (images is null ? null : "");
            var speaker = message.Text("name", TextRule.Id);
            message.RejectUnknown();
            if (role == "system" && speaker is "example_user" or "example_assistant")
            {
                // OpenAI's way to write few-shot turns.
                role = speaker == "example_user" ? "user" : "assistant";
            }

            if (role is not (null or "system" or "user" or "assistant"))
            {
                message.Fail("role", Wording.Broken(message.PathOf("role"), "must be system, user or assistant", Wording.Shorten(role)));
            }
            else if (role == "system" && index > 0)
            {
                message.Fail("role", $"{message.PathOf("role")} must be user or assistant: only the first message may be of the system.");
            }
            else if (images is not null && role is not (null or "user"))
            {
                message.Fail("image", $"{message.PathOf("image")} must be in a message of the user, but its role is {role}.");
            }
            else if (role is not null && text is not null)
            {
                messages.Add(new ConversationMessage(
                    role switch { "system" => ConversationRole.System, "user" => ConversationRole.User, _ => ConversationRole.Assistant }, text, images));
            }
        }

        return messages;
    }

    /// <summary>One text, or a list of them.</summary>
    public static List<string>? OneOrMany(FieldReader fields, string name, TextRule rule)
    {
        if (fields.Take(name) is not SourceNode.Sequence sequence)
        {
            return fields.Text(name, rule) is { } single ? [single] : null;
        }

        var texts = new List<string>();
        for (var index = 0; index < sequence.Items.Count; index++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{fields.PathOf(name)}[{index}]");
            if (fields.Text(sequence.Items[index], path, rule) is { } text)
            {
                texts.Add(text);
            }
        }

        if (sequence.Items.Count is 0 or > DefinitionRules.MaxTexts)
        {
            fields.Fail(name, $"{fields.PathOf(name)} must list between 1 and {DefinitionRules.MaxTexts} texts, but lists {sequence.Items.Count}.");
        }

        return texts.Count == 0 ? null : texts;
    }

    /// <summary>The first reason why a run could not ask this scenario; null when its templates can be filled in.</summary>
    /// <param name="variants">One for each template.</param>
    public static string? Problem(string preamble, Scenario scenario, IReadOnlyList<Variant> variants)
    {
        foreach (var variant in variants)
        {
            if (Problem(preamble, scenario, variant) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? Problem(string preamble, Scenario scenario, Variant variant)
    {
        try
        {
            var opening = Opening.For(preamble, scenario, variant);
            foreach (var followUp in scenario.FollowUps)
            {
                Opening.FollowUp(scenario, followUp);
            }

            return string.IsNullOrWhiteSpace(opening.Messages[^1].Text) ? $"The prompt {Wording.Shorten(variant.Template?.Name ?? "")} is blank for scenario {Wording.Shorten(scenario.Id)}." : null;
        }
        catch (TemplateException problem)
        {
            var hint = scenario.Vars is null && variant.Template is null ? " Give it vars, or write {% raw %} ... {% endraw %} around what is meant literally." : "";
            return problem.Message + hint;
        }
    }
}
