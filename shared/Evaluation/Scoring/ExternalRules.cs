using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>What the fields of a command or http scorer may hold that stand beside those of every scorer.</summary>
internal static class ExternalRules
{
    public static IEnumerable<ScorerComplaint> Check(ScorerSpec spec, ExternalSpec external)
    {
        if (spec.Type == ScorerSpec.CommandType && external.Command is not { Count: > 0 and <= ExternalSpec.MaxArguments })
        {
            yield return new ScorerComplaint("command", $"command must list a program and its arguments, 1 to {ExternalSpec.MaxArguments} texts, but lists {external.Command?.Count ?? 0}.");
        }

        if (spec.Type == ScorerSpec.CommandType && external.Command is [var program, ..] && string.IsNullOrWhiteSpace(program))
        {
            yield return new ScorerComplaint("command", "command[0] must be a program, but is blank.");
        }

        if (spec.Type == ScorerSpec.HttpType && !(Uri.TryCreate(external.Url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0))
        {
            yield return new ScorerComplaint("url", $"url must be an absolute http or https URL without user name and password{(external.Url is null ? ", but is missing" : "")}.");
        }
    }
}
