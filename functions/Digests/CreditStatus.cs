using System.Text.Json.Serialization;

namespace FunctionsEval.Digests;

[JsonConverter(typeof(SnakeCaseEnumConverter<CreditWarning>))]
public enum CreditWarning
{
    None,

    /// <summary>Four fifths of a limit are used: digests get smaller.</summary>
    Approaching,

    /// <summary>19 of 20 are used.</summary>
    Critical,
}

/// <summary>What may be spent.</summary>
/// <param name="Daily">Null is no daily limit.</param>
public sealed record CreditLimits(double Monthly, double? Daily = null);

/// <summary>Where credits stand; days and months are those of UTC.</summary>
public sealed record CreditStatus(
    double MonthlyUsed,
    double MonthlyLimit,
    double MonthlyRemaining,
    double DailyUsed,
    double? DailyLimit,
    double? DailyRemaining,
    bool PaidCallsAllowed,
    CreditWarning WarningLevel)
{
    private const double CriticalShare = 0.95;
    private const double ApproachingShare = 0.8;

    /// <summary>What is left under both limits.</summary>
    [JsonIgnore]
    public double Remaining => Math.Min(MonthlyRemaining, DailyRemaining ?? double.MaxValue);

    public static CreditStatus Of(CreditLimits limits, double monthlyUsed, double dailyUsed)
    {
        var monthlyRemaining = Math.Max(0, limits.Monthly - monthlyUsed);
        double? dailyRemaining = limits.Daily is { } daily ? Math.Max(0, daily - dailyUsed) : null;
        var ratio = Math.Max(Ratio(monthlyUsed, limits.Monthly), Ratio(dailyUsed, limits.Daily ?? 0));
        return new CreditStatus(
            monthlyUsed,
            limits.Monthly,
            monthlyRemaining,
            dailyUsed,
            limits.Daily,
            dailyRemaining,
            monthlyRemaining > 0 && dailyRemaining is null or > 0,
            ratio >= CriticalShare ? CreditWarning.Critical : ratio >= ApproachingShare ? CreditWarning.Approaching : CreditWarning.None);
    }

    private static double Ratio(double used, double limit) => limit > 0 ? used / limit : 0;
}
