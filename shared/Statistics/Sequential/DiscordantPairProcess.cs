using MathNet.Numerics;

namespace FunctionsEval.Statistics.Sequential;

/// <summary>
/// Evidence against two variants that pass equally often, one pass-or-fail sample an item, that may be looked at after every item: the
/// e-value 2^m·B(b + ½, m - b + ½)/B(½, ½) of the m items on which they disagree. Reject once it reaches 1/α; Ville's inequality bounds
/// the error over all looks, from the first item on. The mixture is that of Krichevsky and Trofimov (1981), doi:10.1109/TIT.1981.1056331;
/// Ramdas, Grünwald, Vovk and Shafer (2023), doi:10.1214/23-STS894.
/// </summary>
public static class DiscordantPairProcess
{
    /// <summary>The natural logarithm of the e-value, which itself overflows after a thousand one-sided items.</summary>
    /// <param name="onlyFirst">Items so far that only the first variant passed.</param>
    public static double LogEValue(long onlyFirst, long onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        var discordant = onlyFirst + onlySecond;
        return (discordant * Constants.Ln2)
            + SpecialFunctions.GammaLn(onlyFirst + 0.5)
            + SpecialFunctions.GammaLn(onlySecond + 0.5)
            - SpecialFunctions.GammaLn(discordant + 1.0)
            - Constants.LnPi;
    }

    public static bool Rejects(long onlyFirst, long onlySecond, double alpha)
    {
        ArgumentRules.CheckAlpha(alpha);
        return LogEValue(onlyFirst, onlySecond) >= -Math.Log(alpha);
    }
}
