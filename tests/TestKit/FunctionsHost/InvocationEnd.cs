using System.Text.Json.Nodes;

namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>How a call of a function ended.</summary>
/// <param name="Response">The worker's answer.</param>
/// <param name="IsLost">The worker went away before it answered.</param>
public sealed record InvocationEnd(JsonObject Response, bool IsLost = false)
{
    internal static readonly InvocationEnd Lost = new([], IsLost: true);

    public bool Succeeded => Response["result"]?["status"]?.GetValue<string>() == "Success";

    /// <summary>The exception of a function that failed, as text.</summary>
    public string Error => Response["result"]?["exception"]?["message"]?.GetValue<string>() ?? "";

    /// <summary>The text that the function returned; null when it returned something else.</summary>
    public string? Text => Response["returnValue"]?["string"]?.GetValue<string>();

    /// <summary>What it returned, as JSON; null when it returned nothing.</summary>
    public string? Json => Response["returnValue"]?["json"]?.GetValue<string>() ?? Response["returnValue"]?["string"]?.ToJsonString();
}
