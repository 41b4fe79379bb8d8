using System.Text.Json.Serialization;

namespace FunctionsEval.Evaluation.Conversation;

[JsonConverter(typeof(JsonStringEnumConverter<ConversationRole>))]
public enum ConversationRole
{
    [JsonStringEnumMemberName("system")]
    System,

    [JsonStringEnumMemberName("user")]
    User,

    [JsonStringEnumMemberName("assistant")]
    Assistant,
}

public sealed record ConversationMessage(ConversationRole Role, string Text)
{
    /// <summary>A role as it stands in JSON.</summary>
    public static string NameOf(ConversationRole role) => role switch
    {
        ConversationRole.System => "system",
        ConversationRole.User => "user",
        _ => "assistant",
    };
}
