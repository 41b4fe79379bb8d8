using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Conversation;

/// <summary>
/// The conversation of one cell: its opening, then the scenario's follow-ups, at most <paramref name="maxTurns"/> turns. Holds no state: it continues
/// from any transcript that it began.
/// </summary>
public sealed class ProbeConversation(Opening opening, Scenario scenario, int maxTurns) : ICellConversation
{
    public const string FirstLabel = "scenario_prompt";

    public int MaxTurns { get; } = Math.Min(maxTurns, scenario.FollowUps.Count + 1);

    public ConversationStep Next(IReadOnlyList<Turn> turns)
    {
        if (turns.Count >= MaxTurns)
        {
            return new ConversationStep.Finished();
        }

        var messages = new List<ConversationMessage>((2 * turns.Count) + opening.Messages.Count);
        messages.AddRange(opening.Messages.SkipLast(1));
        for (var index = 0; index < turns.Count; index++)
        {
            if (turns[index].ProbePrompt != PromptOf(index))
            {
                throw new ArgumentException($"Turn {index + 1} asked something else than scenario '{scenario.Id}' asks there.", nameof(turns));
            }

            messages.Add(MessageOf(index));
            messages.Add(new ConversationMessage(ConversationRole.Assistant, turns[index].TargetResponse));
        }

        var prompt = PromptOf(turns.Count);
        messages.Add(MessageOf(turns.Count));
        return new ConversationStep.Ask(turns.Count + 1, LabelOf(turns.Count), prompt, messages);
    }

    public string? Output(IReadOnlyList<Turn> turns) => null;

    private string PromptOf(int index) => MessageOf(index).Shown;

    private ConversationMessage MessageOf(int index) => index == 0 ? opening.Messages[^1] : Opening.FollowUp(scenario, scenario.FollowUps[index - 1]);

    private string LabelOf(int index) => index == 0 ? FirstLabel : scenario.FollowUps[index - 1].Label;
}
