namespace FunctionsEval.Statistics.Planning;

/// <summary>Squared deviations of samples from the means of their own groups, and the degrees of freedom that they have.</summary>
internal readonly record struct WithinSpread(double Squares, int Freedom)
{
    /// <summary>NaN without two samples of any group.</summary>
    public double Variance => Freedom == 0 ? double.NaN : Squares / Freedom;

    public WithinSpread With(RunningMoments group) =>
        group.Count < 2 ? this : new WithinSpread(Squares + (group.Variance * (group.Count - 1)), Freedom + group.Count - 1);
}
