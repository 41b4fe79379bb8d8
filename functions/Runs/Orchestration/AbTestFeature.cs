namespace FunctionsEval.Runs.Orchestration;

/// <summary>A/B tests over HTTP and the queue are an opt-in: they spend money and bypass credits. A command line is one by itself.</summary>
public sealed record AbTestFeature(bool Enabled)
{
    public const string Variable = "ENABLE_ABTESTS";
    public const string Disabled = "A/B tests are disabled. Set ENABLE_ABTESTS=true to enable them.";

    public static AbTestFeature FromEnvironment(string? value) => new(value?.Trim() is "1" or "true" or "True" or "TRUE");
}
