using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Agents.Tasks;

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
