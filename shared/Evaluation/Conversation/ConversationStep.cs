using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Conversation;

/// <summary>What comes next in a conversation.</summary>
public abstract record ConversationStep
{
    private ConversationStep()
    {
    }

    /// <param name="Messages">All that the model is sent, the new prompt last.</param>
    public sealed record Ask(int TurnNumber, string PromptLabel, string Prompt, IReadOnlyList<ConversationMessage> Messages) : ConversationStep;

    public sealed record Finished : ConversationStep;
}
