using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Triage;

/// <summary>
/// The conversation of one triage cell: instructions and the candidate; after an answer that cannot be read exactly one more request,
/// which says what was wrong. The bad answer itself is not sent again: it may be empty, which some vendors refuse.
/// </summary>
public sealed class TriageConversation(string instructions, string input, string provider, string model) : ICellConversation
{
    public const string FirstLabel = "triage";
    public const string RetryLabel = "triage_retry";

    public int MaxTurns => 2;

    public ConversationStep Next(IReadOnlyList<Turn> turns) => turns switch
    {
        [] => Ask(1, FirstLabel, instructions),
        [var first] when TriageParser.Parse(first.TargetResponse) is TriageOutcome.Rejected(var reason) =>
            Ask(2, RetryLabel, TriagePrompt.RetryOf(instructions, reason)),
        _ => new ConversationStep.Finished(),
    };

    public string? Output(IReadOnlyList<Turn> turns) =>
        turns is [.., var last] && TriageParser.Parse(last.TargetResponse) is TriageOutcome.Parsed(var result) ? result.ToJson(provider, model) : null;

    private ConversationStep.Ask Ask(int turn, string label, string system) => new(turn, label, input,
    [
        new ConversationMessage(ConversationRole.System, system),
        new ConversationMessage(ConversationRole.User, input),
    ]);
}
