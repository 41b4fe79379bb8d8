namespace FunctionsEval.Statistics;

internal static class ArgumentRules
{
    internal static void CheckAlpha(double alpha, double limit = 1)
    {
        if (!(alpha > 0 && alpha < limit))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, $"An error rate must lie between 0 and {limit}.");
        }
    }

    internal static void CheckPositive(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive and finite.");
        }
    }

    internal static void CheckNotNegative(double value, string name)
    {
        if (!(value >= 0 && double.IsFinite(value)))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and not negative.");
        }
    }

    internal static void CheckProbability(double value, string name)
    {
        if (!(value is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must lie between 0 and 1.");
        }
    }

    internal static void CheckSameLength(int expected, int length, string name)
    {
        if (length != expected)
        {
            throw new ArgumentException($"{name} must have one entry for each of the {expected} values, but has {length}.", name);
        }
    }
}
