using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Pairs;

/// <summary>What is kept of judgements of pairs.</summary>
[JsonSerializable(typeof(PairDetails))]
internal sealed partial class PairsJson : JsonSerializerContext
{
    public static PairsJson Context { get; } = new(JsonRules.NewOptions());
}
