namespace FunctionsEval.Evaluation.Judging;

/// <summary>What a judge's answer says.</summary>
public abstract record JudgeVerdict
{
    private JudgeVerdict()
    {
    }

    /// <param name="Criteria">By criterion, in the order of the definition; null where there are none.</param>
    /// <param name="Reasoning">Empty where the judge gave none.</param>
    /// <param name="IsRepaired">The score was found although the answer had not the form that was asked for.</param>
    public sealed record Given(double Value, IReadOnlyList<double>? Criteria, string Reasoning, bool IsRepaired = false) : JudgeVerdict;

    /// <summary>The answer says no score that can be used. The judge is asked once more, and told the reason.</summary>
    public sealed record Unreadable(string Reason) : JudgeVerdict;
}
