using System.Numerics;

namespace FunctionsEval.Providers.Limits;

/// <summary>Which of the outcomes since the last reaction were refusals; the newest 64 count.</summary>
internal sealed class RefusalHistory
{
    private const int Kept = 64;

    // A bit an outcome, the newest lowest; set where the vendor refused.
    private ulong _refusals;

    public int Outcomes { get; private set; }

    public int Refusals => BitOperations.PopCount(_refusals);

    /// <summary>Refusals in a row, up to now.</summary>
    public int InARow => BitOperations.TrailingZeroCount(~_refusals);

    public bool HasRefusalAmongNewest(int outcomes) => (_refusals & ((1UL << outcomes) - 1)) != 0;

    public void Add(bool refused)
    {
        _refusals = (_refusals << 1) | (refused ? 1UL : 0);
        Outcomes = Math.Min(Kept, Outcomes + 1);
    }

    public void Clear() => (_refusals, Outcomes) = (0, 0);
}
