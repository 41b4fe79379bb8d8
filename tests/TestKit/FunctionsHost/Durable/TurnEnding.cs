using Newtonsoft.Json;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>How a call of an orchestrator ended.</summary>
internal abstract record TurnEnding
{
    private TurnEnding()
    {
    }

    public sealed record Answered(OrchestratorResponse Response) : TurnEnding;

    /// <summary>The turn is taken up again as if it had not happened.</summary>
    public sealed record Abandoned : TurnEnding;

    /// <summary>The instance fails for good, with an output of the extension's making and no failure details.</summary>
    public sealed record Broken(string Output) : TurnEnding
    {
        public static Broken Because(string function, string details) => new(
            JsonConvert.SerializeObject(new { message = $"Function '{function}' failed with an unhandled exception.", details }));
    }
}
