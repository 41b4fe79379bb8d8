namespace FunctionsEval.Agents.Tasks;

/// <summary>How many tasks there are, and sums over them. They can be taken back, added up in any order, and stored.</summary>
internal abstract class RollUpSums(int sums)
{
    private readonly double[] _sums = new double[sums];

    public long Values { get; private set; }

    public void Merge(RollUpSums other)
    {
        Values += other.Values;
        for (var index = 0; index < _sums.Length; index++)
        {
            _sums[index] += other._sums[index];
        }
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(Values);
        if (Values > 0)
        {
            foreach (var sum in _sums)
            {
                writer.Write(sum);
            }
        }
    }

    /// <summary>Adds what was written of others.</summary>
    public void Read(ref RollUpReader reader)
    {
        if (reader.Number() is > 0 and var values)
        {
            Values += values;
            for (var index = 0; index < _sums.Length; index++)
            {
                _sums[index] += reader.Double();
            }
        }
    }

    /// <param name="sign">1 counts a task, -1 takes it back.</param>
    protected void Add(int sign, ReadOnlySpan<double> values)
    {
        Values += sign;
        for (var index = 0; index < values.Length; index++)
        {
            _sums[index] += sign * values[index];
        }
    }

    protected double SumAt(int index) => _sums[index];
}

/// <summary>Sum and sum of squares of a value.</summary>
internal sealed class Moments() : RollUpSums(2)
{
    public double Mean => SumAt(0) / Values;

    /// <summary>Divided by n-1.</summary>
    public double Variance => Math.Max(0, (SumAt(1) - (SumAt(0) * SumAt(0) / Values)) / (Values - 1));

    public void Count(double value, int sign) => Add(sign, [value, value * value]);
}

/// <summary>Weighted sums of a value x: of w, w², wx, w²x and w²x².</summary>
internal sealed class WeightedSums() : RollUpSums(5)
{
    public double Weight => SumAt(0);

    public double SquaredWeight => SumAt(1);

    public double Sum => SumAt(2);

    public double SquaredWeightSum => SumAt(3);

    public double SquaredWeightSquares => SumAt(4);

    public double Mean => Sum / Weight;

    public void Count(double x, double weight, int sign) => Add(sign, [weight, weight * weight, weight * x, weight * weight * x, weight * weight * x * x]);
}

/// <summary>Costs of tasks in US dollars, with their successes.</summary>
internal sealed class CostSums() : RollUpSums(4)
{
    public long Completed => (long)SumAt(0);

    public double Usd => SumAt(1);

    public double Squares => SumAt(2);

    public double UsdOfCompleted => SumAt(3);

    public void Count(double usd, bool isCompleted, int sign) => Add(sign, [isCompleted ? 1 : 0, usd, usd * usd, isCompleted ? usd : 0]);
}

/// <summary>Weighted outcomes: the success of every task, and the logarithm of the duration of the completed ones.</summary>
internal sealed class WeightedOutcomes
{
    public WeightedSums Success { get; } = new();

    public WeightedSums LogSeconds { get; } = new();

    public void Count(bool isCompleted, double logSeconds, double weight, int sign)
    {
        Success.Count(isCompleted ? 1 : 0, weight, sign);
        if (isCompleted)
        {
            LogSeconds.Count(logSeconds, weight, sign);
        }
    }

    public void Merge(WeightedOutcomes other)
    {
        Success.Merge(other.Success);
        LogSeconds.Merge(other.LogSeconds);
    }

    public void Write(BinaryWriter writer)
    {
        Success.Write(writer);
        LogSeconds.Write(writer);
    }

    public void Read(ref RollUpReader reader)
    {
        Success.Read(ref reader);
        LogSeconds.Read(ref reader);
    }
}
