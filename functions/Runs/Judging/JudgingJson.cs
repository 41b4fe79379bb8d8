using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Judging;

/// <summary>What is kept of judgements.</summary>
[JsonSerializable(typeof(KeptJudgement))]
internal sealed partial class JudgingJson : JsonSerializerContext
{
    public static JudgingJson Context { get; } = new(JsonRules.NewOptions());
}
