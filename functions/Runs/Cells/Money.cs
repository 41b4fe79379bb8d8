namespace FunctionsEval.Runs.Cells;

/// <summary>Sums of money are stored as whole nano-dollars, so that adding them loses nothing.</summary>
internal static class Money
{
    private const decimal NanosPerDollar = 1_000_000_000;

    public static long ToNanos(decimal usd) => (long)Math.Round(usd * NanosPerDollar);

    public static decimal FromNanos(long nanos) => nanos / NanosPerDollar;
}
