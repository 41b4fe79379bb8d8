namespace FunctionsEval.Digests;

/// <summary>How large a digest becomes: more sources make it longer, scarce credits shorter.</summary>
/// <param name="MaxItems">Entries of the digest.</param>
/// <param name="MaxCalls">Candidates that are triaged.</param>
/// <param name="PoolSize">Candidates that triage chooses from.</param>
public sealed record DigestPlan(int MaxItems, int MaxCalls, int PoolSize)
{
    private const int MostCalls = 10_000;
    private const int SmallestPool = 500;

    // Half of the depth scale of 0..100: 0.5 + 50 * 1.5 / 100.
    private const double DepthFactor = 1.25;

    public static IReadOnlyList<string> Modes { get; } = ["low", "normal", "high"];

    public static DigestPlan Of(string mode, int sources, CreditWarning warning)
    {
        var (standard, perSource, min, max, multiplier) = mode switch
        {
            "low" => (30, 10, 25, 300, 2),
            "high" => (200, 60, 100, 2_000, 5),
            _ => (70, 20, 50, 700, 3),
        };
        var items = Math.Clamp((int)Math.Round((standard + (perSource * sources)) * DepthFactor, MidpointRounding.AwayFromZero), min, max);
        var scale = warning switch { CreditWarning.Critical => 0.4, CreditWarning.Approaching => 0.7, _ => 1.0 };
        var scaled = Math.Max(5, (int)(items * scale));
        return new DigestPlan(
            scaled,
            Math.Min(MostCalls, Math.Max(scaled, (int)(items * multiplier * scale))),
            Math.Min(MostCalls, Math.Max(SmallestPool, (int)(20 * items * scale))));
    }
}
