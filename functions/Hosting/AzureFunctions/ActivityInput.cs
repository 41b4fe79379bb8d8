using System.Text.Json;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>
/// What an activity is sent through Durable Functions, which itself tells it neither instance nor task. It travels as an array of one
/// object: the host unpacks such an array for some worker runtimes, and spreads a bare object over the call's metadata. The input is
/// JSON as text, because the extension parses and re-writes JSON (dates and decimals change on the way).
/// </summary>
internal sealed record ActivityInput(string InstanceId, int TaskId, string? Input)
{
    /// <summary>The layers of text around text that the extension and the host may add.</summary>
    private const int MaxLayers = 3;

    public string ToJson() => JsonSerializer.Serialize([this], WireJson.Context.ActivityInputArray);

    /// <summary>Also reads an input that somebody else scheduled: then it has no instance and no task.</summary>
    public static ActivityInput Read(JsonElement value)
    {
        for (var layer = 0; layer < MaxLayers && value.ValueKind == JsonValueKind.String; layer++)
        {
            value = WireValue.Unwrap(value);
        }

        var single = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 ? value[0] : value;
        var isOurs = single.ValueKind == JsonValueKind.Object && single.TryGetProperty("taskId", out _) && single.TryGetProperty("instanceId", out _);
        return isOurs
            ? single.Deserialize(WireJson.Context.ActivityInput)!
            : new ActivityInput("", -1, value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : value.GetRawText());
    }
}
