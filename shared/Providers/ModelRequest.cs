namespace FunctionsEval.Providers;

/// <param name="Model">The vendor's model id, without a provider prefix.</param>
/// <param name="ClientRequestId">Ours, sent as <c>X-Client-Request-Id</c>: which cell, turn and attempt this is.</param>
/// <param name="Temperature">Null leaves the vendor's default.</param>
/// <param name="MaxTokens">Null leaves the vendor's default.</param>
/// <param name="ReasoningEffort">Null leaves the field out; any other word is sent as it stands, "none" too.</param>
/// <param name="Adaptations">Set by <c>ModelCaller</c> once the model has refused something.</param>
/// <param name="KeepReasoning">Leaves thoughts that stand in the answer's text where they are.</param>
/// <param name="JsonSchema">What the answer must look like, for vendors that can hold a model to it; the prompt has to say it as well.</param>
/// <param name="TopP">Above 0, at most 1; null leaves the vendor's default. Anthropic's newer models refuse it beside a temperature.</param>
/// <param name="Stop">Texts at which the model stops.</param>
/// <param name="ResponseFormat"><c>text</c> (every vendor's default, never sent), <c>json</c>, or a JSON object in the vendor's words. <paramref name="JsonSchema"/> takes its place.</param>
/// <param name="Extra">
/// A JSON object whose members are added to the body, objects member by member. One that the body has already, and <c>stream</c>, is an error
/// and nothing is sent.
/// </param>
public sealed record ModelRequest(
    string Model,
    IReadOnlyList<ChatMessage> Messages,
    string ClientRequestId,
    double? Temperature = null,
    int? MaxTokens = null,
    string? ReasoningEffort = null,
    OutputSchema? JsonSchema = null,
    RequestAdaptations Adaptations = RequestAdaptations.None,
    bool KeepReasoning = false,
    double? TopP = null,
    long? Seed = null,
    IReadOnlyList<string>? Stop = null,
    string? ResponseFormat = null,
    string? Extra = null)
{
    /// <summary>All system messages as one text; null when there is none. For vendors that keep them apart from the conversation.</summary>
    internal string? SystemText()
    {
        var texts = Messages.Where(message => message.Role == ChatRole.System).Select(message => message.Text).ToList();
        return texts.Count == 0 ? null : string.Join("\n\n", texts);
    }
}

/// <param name="Name">Letters, digits, - and _.</param>
/// <param name="Schema">The text of a JSON schema: an object.</param>
public sealed record OutputSchema(string Name, string Schema);

public enum ChatRole
{
    System,
    User,
    Assistant,
}

/// <param name="Images">Of a user's message only.</param>
public sealed record ChatMessage(ChatRole Role, string Text, IReadOnlyList<ChatImage>? Images = null);
