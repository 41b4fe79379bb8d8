using System.Text.Json.Serialization;

namespace FunctionsEval.Cli;

[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(ShownRun))]
[JsonSerializable(typeof(ShownSettings))]
[JsonSerializable(typeof(SpooledReport))]
internal sealed partial class CliJson : JsonSerializerContext
{
    public static CliJson Context { get; } = new(JsonRules.NewOptions());
}
