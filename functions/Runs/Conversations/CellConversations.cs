using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Triage;
using FunctionsEval.Providers.Catalog;

namespace FunctionsEval.Runs.Conversations;

/// <summary>What is said in the cells of each kind of run.</summary>
internal static class CellConversations
{
    public static ICellConversation Of(ActiveRun active, int variant, Scenario item)
    {
        if (!active.Run.IsTriage)
        {
            return new ProbeConversation(Opening.For(active.Run.Calls.Preamble, item, active.Run.Variants[variant]), item, active.Run.Calls.Config.MaxTurns);
        }

        var preamble = active.Run.Variants[variant].Preamble ?? active.Run.Calls.Preamble;
        return active.Models[variant] is ProviderResolution.Resolved model
            ? new TriageConversation(preamble, item.Prompt, model.ProviderName, model.Model)
            : new TriageConversation(preamble, item.Prompt, "", active.Run.Variants[variant].Model);
    }
}
