namespace FunctionsEval.Evaluation.Judging;

/// <summary>What one judge said of one answer, once. Without a value either <paramref name="Invalid"/> or <paramref name="Failed"/> says why.</summary>
/// <param name="Model">As the definition names the judge.</param>
/// <param name="Repeat">From 0.</param>
/// <param name="Criteria">By criterion, in the order of the definition; null where there are none.</param>
/// <param name="Reasoning">Empty where the judge gave none.</param>
/// <param name="Invalid">Why no score could be read from its answers: the judge's failure, not that of the answer.</param>
/// <param name="Failed">The code of the error that kept the call from being answered.</param>
public sealed record Judgement(
    string Model, int Repeat, double? Value, IReadOnlyList<double>? Criteria = null, string Reasoning = "", string? Invalid = null, string? Failed = null);
