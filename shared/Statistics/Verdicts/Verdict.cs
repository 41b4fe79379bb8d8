namespace FunctionsEval.Statistics.Verdicts;

public enum Verdict
{
    /// <summary>The first variant scores higher, beyond chance.</summary>
    Better,

    /// <summary>The first variant scores lower, beyond chance.</summary>
    Worse,

    /// <summary>The difference, if there is one, is shown to be smaller than the margin. Never without a margin.</summary>
    Equivalent,

    /// <summary>The data do not decide; the reason says why.</summary>
    Inconclusive,
}

/// <summary>How p-values are adjusted for the number of pairs that are decided together.</summary>
public enum Correction
{
    Holm,
    None,
}
