namespace FunctionsEval.Evaluation.Scoring;

internal enum ScorerComplaintRule
{
    Missing,
    Invalid,
}

/// <param name="Message">Begins with the field.</param>
/// <param name="Pointer">The steps to the place inside a JSON schema.</param>
internal sealed record ScorerComplaint(string Field, string Message, ScorerComplaintRule Rule = ScorerComplaintRule.Invalid, IReadOnlyList<string>? Pointer = null);
