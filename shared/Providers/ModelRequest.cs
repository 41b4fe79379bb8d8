namespace FunctionsEval.Providers;

/// <param name="Model">The vendor's model id, without a provider prefix.</param>
/// <param name="ClientRequestId">Ours, sent as <c>X-Client-Request-Id</c>: which cell, turn and attempt this is.</param>
/// <param name="Temperature">Null leaves the vendor's default.</param>
/// <param name="MaxTokens">Null leaves the vendor's default.</param>
/// <param name="ReasoningEffort">Null leaves the field out; any other word is sent as it stands, "none" too.</param>
/// <param name="Adaptations">Set by <c>ModelCaller</c> once the model has refused something.</param>
/// <param name="KeepReasoning">Leaves thoughts that stand in the answer's text where they are.</param>
/// <param name="JsonSchema">What the answer must look like, for vendors that can hold a model to it; the prompt has to say it as well.</param>
public sealed record ModelRequest(
    string Model,
    IReadOnlyList<ChatMessage> Messages,
    string ClientRequestId,
    double? Temperature = null,
    int? MaxTokens = null,
    string? ReasoningEffort = null,
    OutputSchema? JsonSchema = null,
    RequestAdaptations Adaptations = RequestAdaptations.None,
    bool KeepReasoning = false);

/// <param name="Name">Letters, digits, - and _.</param>
/// <param name="Schema">The text of a JSON schema: an object.</param>
public sealed record OutputSchema(string Name, string Schema);

public enum ChatRole
{
    System,
    User,
    Assistant,
}

public sealed record ChatMessage(ChatRole Role, string Text);
