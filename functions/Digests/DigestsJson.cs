using System.Text.Json.Serialization;

namespace FunctionsEval.Digests;

[JsonSerializable(typeof(Digest))]
[JsonSerializable(typeof(IReadOnlyList<DigestItem>))]
[JsonSerializable(typeof(DigestPage))]
[JsonSerializable(typeof(DigestQueued))]
[JsonSerializable(typeof(CreditStatus))]
internal sealed partial class DigestsJson : JsonSerializerContext
{
    public static DigestsJson Context { get; } = new(JsonRules.NewOptions());
}
