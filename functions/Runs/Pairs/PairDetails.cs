using System.Text.Json;
using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Pairs;

/// <summary>What is kept of a judgement of a pair beside its winner.</summary>
/// <param name="Reason">The judge's; cut to <see cref="LongestReason"/> characters.</param>
/// <param name="EarlierLength">Of the answer of the earlier variant, in characters.</param>
/// <param name="Invalid">Why there is no winner.</param>
public sealed record PairDetails(
    string Reason, int EarlierLength, int LaterLength, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Invalid = null)
{
    public const int LongestReason = 600;

    internal string ToJson()
    {
        var reason = Reason.Length <= LongestReason ? Reason : $"{Reason[..(char.IsHighSurrogate(Reason[LongestReason - 1]) ? LongestReason - 1 : LongestReason)]}...";
        return JsonSerializer.Serialize(this with { Reason = reason }, PairsJson.Context.PairDetails);
    }

    internal static PairDetails Read(string json) => JsonSerializer.Deserialize(json, PairsJson.Context.PairDetails)!;
}
