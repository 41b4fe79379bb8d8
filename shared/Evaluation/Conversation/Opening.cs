using System.Text.Json;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Conversation;

/// <summary>
/// What a conversation begins with: the system text, the few-shot turns, the user's prompt, in this order, templates filled in. The system text is the
/// first there is of the variant's prompt, the variant's preamble, the scenario and the definition's preamble: what is compared goes first.
/// </summary>
public sealed record Opening(IReadOnlyList<ConversationMessage> Messages)
{
    private const string PromptVariable = "prompt";
    private static readonly Dictionary<string, JsonElement> None = new(StringComparer.Ordinal);

    /// <summary>As it is kept in transcripts: images as their labels.</summary>
    public string Prompt => Messages[^1].Shown;

    /// <param name="preamble">The definition's.</param>
    /// <param name="variant">With its template, as <see cref="Definition.AllVariants"/> gives it.</param>
    /// <exception cref="TemplateException">A template cannot be filled in; never for a scenario of a parsed definition.</exception>
    public static Opening For(string preamble, Scenario scenario, Variant variant)
    {
        var variables = scenario.Vars ?? None;
        var messages = new List<ConversationMessage>();
        var own = scenario.Prompt.Length == 0 ? "" : Fill(scenario.Prompt, scenario, $"prompt of scenario {Wording.Shorten(scenario.Id)}");
        if (variant.Template is { } template && own.Length > 0 && !variables.ContainsKey(PromptVariable))
        {
            variables = new Dictionary<string, JsonElement>(variables, StringComparer.Ordinal) { [PromptVariable] = JsonSerializer.SerializeToElement(own, TextJson.Default.String) };
        }

        var system = variant.Template?.System is { } text ? Fill(text, variables, $"system text of prompt {Wording.Shorten(variant.Template.Name)}", scenario.Id)
            : variant.Preamble is { } different ? different
            : scenario.System is { } ofScenario ? Fill(ofScenario, scenario, $"system text of scenario {Wording.Shorten(scenario.Id)}")
            : preamble;
        if (!string.IsNullOrWhiteSpace(system))
        {
            messages.Add(new ConversationMessage(ConversationRole.System, system));
        }

        foreach (var message in scenario.Messages ?? [])
        {
            messages.Add(message with { Text = Fill(message.Text, scenario, $"messages of scenario {Wording.Shorten(scenario.Id)}") });
        }

        var prompt = variant.Template is null ? own : Fill(variant.Template.Template, variables, $"prompt {Wording.Shorten(variant.Template.Name)}", scenario.Id);
        messages.Add(new ConversationMessage(ConversationRole.User, prompt, scenario.Images));
        return new Opening(messages);
    }

    /// <summary>What a follow-up of a scenario asks.</summary>
    /// <exception cref="TemplateException">It cannot be filled in.</exception>
    public static ConversationMessage FollowUp(Scenario scenario, FollowUp followUp) => new(
        ConversationRole.User, Fill(followUp.Prompt, scenario, $"follow-up {Wording.Shorten(followUp.Label)} of scenario {Wording.Shorten(scenario.Id)}"), followUp.Images);

    // A text of a scenario is a template where it has variables or is written as one.
    private static string Fill(string text, Scenario scenario, string what) =>
        scenario.Vars is null && !LiquidText.HasMarkup(text) ? text : Fill(text, scenario.Vars ?? None, what, scenario.Id);

    private static string Fill(string template, IReadOnlyDictionary<string, JsonElement> variables, string what, string scenarioId)
    {
        try
        {
            return LiquidText.Render(template, variables);
        }
        catch (TemplateException problem)
        {
            var lack = problem.Variable is null ? "" : $", which scenario {Wording.Shorten(scenarioId)} does not have";
            throw new TemplateException($"The {what} {problem.Message}{lack}.", problem.Variable);
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TextJson : System.Text.Json.Serialization.JsonSerializerContext;
