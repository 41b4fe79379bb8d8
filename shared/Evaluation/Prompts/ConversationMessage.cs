using System.Text.Json.Serialization;

namespace FunctionsEval.Evaluation.Prompts;

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

/// <param name="Images">They go in front of the text.</param>
public sealed record ConversationMessage(ConversationRole Role, string Text, IReadOnlyList<PromptImage>? Images = null)
{
    /// <summary>The text as it is shown and kept, with a line for each image.</summary>
    [JsonIgnore]
    public string Shown => Images is null ? Text : string.Join('\n', [.. Images.Select(image => image.Label), Text]).TrimEnd('\n');


    /// <summary>A role as it stands in JSON.</summary>
    public static string NameOf(ConversationRole role) => role switch
    {
        ConversationRole.System => "system",
        ConversationRole.User => "user",
        _ => "assistant",
    };
}
