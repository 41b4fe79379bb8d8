namespace FunctionsEval.Evaluation.Conversation;

public enum ConversationRole
{
    System,
    User,
    Assistant,
}

public sealed record ConversationMessage(ConversationRole Role, string Text);
