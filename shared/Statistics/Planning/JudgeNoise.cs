namespace FunctionsEval.Statistics.Planning;

/// <summary>How noisy one judgement of an answer is, from answers that were judged more than once.</summary>
/// <param name="Variance">Of one judgement around its answer.</param>
/// <param name="Repeats">Judgements an answer, the mean.</param>
public sealed record JudgeNoise(double Variance, double Repeats)
{
    /// <summary>Null when no answer was judged twice.</summary>
    /// <param name="answers">The judgements of each answer. Those of one that was judged once count for the repeats only.</param>
    public static JudgeNoise? Of(ReadOnlySpan<RunningMoments> answers)
    {
        var (variance, repeats) = (default(RunningMoments), default(RunningMoments));
        foreach (var answer in answers)
        {
            if (answer.Count > 1)
            {
                variance.Add(answer.Variance);
            }

            if (answer.Count > 0)
            {
                repeats.Add(answer.Count);
            }
        }

        return variance.Count == 0 ? null : new JudgeNoise(variance.Mean, repeats.Mean);
    }
}
