namespace FunctionsEval.Evaluation.Definitions;

/// <summary>A scorer that is not ours: a program of the user's, or a service that answers over HTTP.</summary>
/// <param name="Command">The program and its arguments; null for a service.</param>
/// <param name="Url">Of a service; null for a program.</param>
/// <param name="TimeoutSeconds">How long one score may take.</param>
public sealed record ExternalSpec(IReadOnlyList<string>? Command = null, string? Url = null, int TimeoutSeconds = ExternalSpec.StandardTimeoutSeconds)
{
    public const int StandardTimeoutSeconds = 30;
    public const int MaxTimeoutSeconds = 600;
    public const int MaxArguments = 50;

    /// <summary>Why a request may not have the command scorer at this place.</summary>
    public static string CommandLineOnly(int index) =>
        $"scorers[{index}].type command starts a program on this machine, which only the command line may: use functionseval run, or a scorer of type http.";
}
