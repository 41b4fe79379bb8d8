namespace FunctionsEval.Evaluation.Scoring;

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

    /// <summary>Fields that stand beside those of the scorer.</summary>
    internal IEnumerable<ScorerComplaint> Check(string type)
    {
        if (type == ScorerSpec.CommandType && Command is not { Count: > 0 and <= MaxArguments })
        {
            yield return new ScorerComplaint("command", $"command must list a program and its arguments, 1 to {MaxArguments} texts, but lists {Command?.Count ?? 0}.");
        }

        if (type == ScorerSpec.CommandType && Command is [var program, ..] && string.IsNullOrWhiteSpace(program))
        {
            yield return new ScorerComplaint("command", "command[0] must be a program, but is blank.");
        }

        if (type == ScorerSpec.HttpType && !(Uri.TryCreate(Url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0))
        {
            yield return new ScorerComplaint("url", $"url must be an absolute http or https URL without user name and password{(Url is null ? ", but is missing" : "")}.");
        }
    }
}

/// <summary>Stands for scores that a program or a service gives: a scorer itself calls nobody.</summary>
internal sealed class ExternalScorer(ScorerSpec spec) : IScorer
{
    public string Name { get; } = spec.Name ?? spec.Type;

    public (double Min, double Max)? Scale { get; } = (spec.Min ?? 0, spec.Max ?? 1);

    public InvalidAnswers InvalidAnswers { get; } = ScorerRules.InvalidAnswersOf(spec);

    public Score ScoreAny(string answer, IReadOnlyList<string> expected) => new Score.Invalid("not scored");
}
