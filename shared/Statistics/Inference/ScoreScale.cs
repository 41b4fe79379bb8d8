namespace FunctionsEval.Statistics.Inference;

/// <summary>What a scorer can say, known before it has said anything.</summary>
public enum ScoreKind
{
    /// <summary>0 or 1.</summary>
    PassOrFail,

    /// <summary>Any number, within the ends of the scale where those are known.</summary>
    Number,
}

/// <summary>The declared scale of a scorer; methods are chosen by it and never by the scores that came out.</summary>
/// <param name="Min">The smallest possible score; null, like <paramref name="Max"/>, when the scale has no known ends.</param>
public sealed record ScoreScale(ScoreKind Kind, double? Min, double? Max)
{
    public static readonly ScoreScale PassOrFail = new(ScoreKind.PassOrFail, 0, 1);
    public static readonly ScoreScale Unbounded = new(ScoreKind.Number, null, null);

    /// <summary>Numbers between two ends, both of which can be reached.</summary>
    public static ScoreScale Between(double min, double max) => double.IsFinite(min) && double.IsFinite(max) && min < max
        ? new ScoreScale(ScoreKind.Number, min, max)
        : throw new ArgumentOutOfRangeException(nameof(min), min, $"A scale must be finite and ascending, but is {min} to {max}.");

    /// <summary>The largest difference of two scores; null when the scale has no known ends.</summary>
    public double? Range => Max - Min;
}
