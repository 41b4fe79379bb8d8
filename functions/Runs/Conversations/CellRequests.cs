using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Evaluation.Triage;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Conversations;

/// <summary>What is sent for the turns of one cell: its variant's settings, else the run's, and the images themselves.</summary>
internal sealed class CellRequests(RunRecord run, CellAddress address, ImageStore images)
{
    private static readonly OutputSchema TriageSchema = new(TriagePrompt.SchemaName, TriagePrompt.Schema);

    /// <summary>Of an answer; null leaves the vendor's default.</summary>
    public int? MaxTokens => Variant.MaxTokens ?? run.Calls.Config.MaxTokens;

    private Variant Variant => run.Variants[address.Variant];

    /// <param name="model">The vendor's model id.</param>
    /// <exception cref="ImageException">An image is not in the store.</exception>
    public async Task<ModelRequest> OfAsync(ConversationStep.Ask ask, string model, bool keepReasoning, CancellationToken cancellationToken)
    {
        var messages = new List<ChatMessage>(ask.Messages.Count);
        foreach (var message in ask.Messages)
        {
            messages.Add(new ChatMessage((ChatRole)message.Role, message.Text, await ImagesOfAsync(message, cancellationToken)));
        }

        var config = run.Calls.Config;
        return new ModelRequest(
            model, messages, $"{run.RunId}/{address.RowKey}/{ask.TurnNumber}", Variant.Temperature ?? config.Temperature, MaxTokens, Variant.ReasoningEffort,
            run.IsTriage ? TriageSchema : null, KeepReasoning: keepReasoning, TopP: config.TopP, Seed: config.Seed, Stop: config.Stop,
            ResponseFormat: config.ResponseFormat, Extra: config.Extra);
    }

    private async ValueTask<IReadOnlyList<ChatImage>?> ImagesOfAsync(ConversationMessage message, CancellationToken cancellationToken)
    {
        if (message.Images is not { } shown)
        {
            return null;
        }

        var sent = new List<ChatImage>(shown.Count);
        foreach (var image in shown)
        {
            sent.Add(image.IsUrl
                ? new ChatImage(image.Name)
                : new ChatImage(null, image.MediaType, await images.GetAsync(image, cancellationToken), image.Width, image.Height));
        }

        return sent;
    }
}
