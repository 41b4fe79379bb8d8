using FunctionsEval.Evaluation.Cells;

namespace FunctionsEval.Evaluation.Conversation;

/// <summary>What is said in one cell. Holds no state: everything follows from the turns so far, so it goes on from any transcript it began.</summary>
public interface ICellConversation
{
    int MaxTurns { get; }

    ConversationStep Next(IReadOnlyList<Turn> turns);

    /// <summary>What the conversation came to, as JSON to keep with the cell; null when the turns say it all.</summary>
    string? Output(IReadOnlyList<Turn> turns);
}
