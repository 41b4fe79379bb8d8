using System.Text.Json.Serialization;

namespace FunctionsEval.Cli;

[JsonSerializable(typeof(RunResult))]
internal sealed partial class CliJson : JsonSerializerContext
{
    public static CliJson Context { get; } = new(Json.NewOptions());
}
