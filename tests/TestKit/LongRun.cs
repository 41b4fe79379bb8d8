namespace FunctionsEval.TestKit;

/// <summary>Whether the tests that take minutes are run too: the variable FUNCTIONSEVAL_LONG is 1 (tests/README.md).</summary>
public static class LongRun
{
    public const string Variable = "FUNCTIONSEVAL_LONG";

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable(Variable) == "1";

    public const string Reason = $"It takes minutes: {Variable}=1 runs it.";
}
