using FunctionsEval.Agents.Tasks;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Agents.Metrics;

/// <summary>Sums over tasks: whole numbers for what is reported, and moments for what is compared.</summary>
internal sealed class RollUpCounts
{
    /// <summary>A logarithm needs a number above 0; nobody measures a task more finely.</summary>
    private const double ShortestSeconds = 0.001;

    public long Completed { get; private set; }

    public long Failed { get; private set; }

    public long TimedOut { get; private set; }

    public long Tasks => Completed + Failed + TimedOut;

    public long Milliseconds { get; private set; }

    public long InputTokens { get; private set; }

    public long OutputTokens { get; private set; }

    public long Calls { get; private set; }

    public long CostNanos { get; private set; }

    /// <summary>Tasks whose usage was reported, in part at least.</summary>
    public long WithUsage { get; private set; }

    /// <summary>Moments of logarithms of the durations of completed tasks.</summary>
    public Moments LogSeconds { get; } = new();

    /// <summary>Tasks with a cost: moments of the cost in US dollars, and of cost and success together.</summary>
    public CostSums Costs { get; } = new();

    /// <summary>Tasks whose variant was drawn with a recorded probability p, weighted by 1/p.</summary>
    public WeightedOutcomes Drawn { get; } = new();

    /// <summary>What counters of cells know: no durations.</summary>
    public static RollUpCounts Of(CellCounts cells)
    {
        return new RollUpCounts
        {
            Completed = cells.Answered,
            Failed = cells.Failed,
            InputTokens = cells.InputTokens,
            OutputTokens = cells.OutputTokens,
            Calls = cells.CallsSent,
            CostNanos = cells.CostNanos,
            WithUsage = cells.Finished,
        };
    }

    public void Count(TaskMetric metric, int sign)
    {
        var isCompleted = metric.Status == AgentTaskStatus.Completed;
        Completed += isCompleted ? sign : 0;
        Failed += metric.Status == AgentTaskStatus.Failed ? sign : 0;
        TimedOut += metric.Status == AgentTaskStatus.TimedOut ? sign : 0;
        Milliseconds += sign * (long)Math.Round(metric.DurationSeconds * 1000);
        if (metric.Usage is { } usage)
        {
            WithUsage += sign;
            InputTokens += sign * (usage.InputTokens ?? 0);
            OutputTokens += sign * (usage.OutputTokens ?? 0);
            Calls += sign * (usage.Calls ?? 0);
            CostNanos += sign * Money.ToNanos((decimal)(usage.CostUsd ?? 0));
            if (usage.CostUsd is { } cost)
            {
                Costs.Count(cost, isCompleted, sign);
            }
        }

        var logarithm = Math.Log(Math.Max(ShortestSeconds, metric.DurationSeconds));
        if (isCompleted)
        {
            LogSeconds.Count(logarithm, sign);
        }

        if (metric.AssignmentProbability is { } probability)
        {
            Drawn.Count(isCompleted, logarithm, 1 / probability, sign);
        }
    }

    public void Merge(RollUpCounts other)
    {
        Completed += other.Completed;
        Failed += other.Failed;
        TimedOut += other.TimedOut;
        Milliseconds += other.Milliseconds;
        InputTokens += other.InputTokens;
        OutputTokens += other.OutputTokens;
        Calls += other.Calls;
        CostNanos += other.CostNanos;
        WithUsage += other.WithUsage;
        LogSeconds.Merge(other.LogSeconds);
        Costs.Merge(other.Costs);
        Drawn.Merge(other.Drawn);
    }

    public void Write(BinaryWriter writer)
    {
        foreach (var number in (ReadOnlySpan<long>)[Completed, Failed, TimedOut, Milliseconds, InputTokens, OutputTokens, Calls, CostNanos, WithUsage])
        {
            writer.Write7BitEncodedInt64(number);
        }

        LogSeconds.Write(writer);
        Costs.Write(writer);
        Drawn.Write(writer);
    }

    /// <summary>Adds what was written of others.</summary>
    public void Read(ref RollUpReader reader)
    {
        Completed += reader.Number();
        Failed += reader.Number();
        TimedOut += reader.Number();
        Milliseconds += reader.Number();
        InputTokens += reader.Number();
        OutputTokens += reader.Number();
        Calls += reader.Number();
        CostNanos += reader.Number();
        WithUsage += reader.Number();
        LogSeconds.Read(ref reader);
        Costs.Read(ref reader);
        Drawn.Read(ref reader);
    }
}

/// <summary>How many values there are, their sum and the sum of their squares.</summary>
internal sealed class Moments
{
    public long Values { get; private set; }

    public double Sum { get; private set; }

    public double Squares { get; private set; }

    public double Mean => Sum / Values;

    /// <summary>Divided by n-1.</summary>
    public double Variance => Math.Max(0, (Squares - (Sum * Sum / Values)) / (Values - 1));

    public void Count(double value, int sign)
    {
        Values += sign;
        Sum += sign * value;
        Squares += sign * value * value;
    }

    public void Merge(Moments other)
    {
        Values += other.Values;
        Sum += other.Sum;
        Squares += other.Squares;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(Values);
        if (Values > 0)
        {
            writer.Write(Sum);
            writer.Write(Squares);
        }
    }

    public void Read(ref RollUpReader reader)
    {
        if (reader.Number() is > 0 and var values)
        {
            Values += values;
            Sum += reader.Double();
            Squares += reader.Double();
        }
    }
}

/// <summary>Weighted sums of a value x: of w, w², wx, w²x and w²x², and how many there are.</summary>
internal sealed class WeightedSums
{
    public long Values { get; private set; }

    public double Weight { get; private set; }

    public double SquaredWeight { get; private set; }

    public double Sum { get; private set; }

    public double SquaredWeightSum { get; private set; }

    public double SquaredWeightSquares { get; private set; }

    public double Mean => Sum / Weight;

    public void Count(double x, double weight, int sign)
    {
        Values += sign;
        Weight += sign * weight;
        SquaredWeight += sign * weight * weight;
        Sum += sign * weight * x;
        SquaredWeightSum += sign * weight * weight * x;
        SquaredWeightSquares += sign * weight * weight * x * x;
    }

    public void Merge(WeightedSums other)
    {
        Values += other.Values;
        Weight += other.Weight;
        SquaredWeight += other.SquaredWeight;
        Sum += other.Sum;
        SquaredWeightSum += other.SquaredWeightSum;
        SquaredWeightSquares += other.SquaredWeightSquares;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(Values);
        if (Values > 0)
        {
            foreach (var number in (ReadOnlySpan<double>)[Weight, SquaredWeight, Sum, SquaredWeightSum, SquaredWeightSquares])
            {
                writer.Write(number);
            }
        }
    }

    public void Read(ref RollUpReader reader)
    {
        if (reader.Number() is > 0 and var values)
        {
            Values += values;
            Weight += reader.Double();
            SquaredWeight += reader.Double();
            Sum += reader.Double();
            SquaredWeightSum += reader.Double();
            SquaredWeightSquares += reader.Double();
        }
    }
}

/// <summary>Costs of tasks in US dollars, with their successes.</summary>
internal sealed class CostSums
{
    public long Tasks { get; private set; }

    public long Completed { get; private set; }

    public double Usd { get; private set; }

    public double Squares { get; private set; }

    public double UsdOfCompleted { get; private set; }

    public void Count(double usd, bool isCompleted, int sign)
    {
        Tasks += sign;
        Completed += isCompleted ? sign : 0;
        Usd += sign * usd;
        Squares += sign * usd * usd;
        UsdOfCompleted += isCompleted ? sign * usd : 0;
    }

    public void Merge(CostSums other)
    {
        Tasks += other.Tasks;
        Completed += other.Completed;
        Usd += other.Usd;
        Squares += other.Squares;
        UsdOfCompleted += other.UsdOfCompleted;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(Tasks);
        if (Tasks > 0)
        {
            writer.Write7BitEncodedInt64(Completed);
            foreach (var number in (ReadOnlySpan<double>)[Usd, Squares, UsdOfCompleted])
            {
                writer.Write(number);
            }
        }
    }

    public void Read(ref RollUpReader reader)
    {
        if (reader.Number() is > 0 and var tasks)
        {
            Tasks += tasks;
            Completed += reader.Number();
            Usd += reader.Double();
            Squares += reader.Double();
            UsdOfCompleted += reader.Double();
        }
    }
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
