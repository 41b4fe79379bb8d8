using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Answers;

/// <summary>What a variant's cells took: how they ended, tokens, money and time.</summary>
/// <param name="Latency">Null where no cell was answered.</param>
/// <param name="CostUsd">Null when no cell has a price.</param>
public sealed record VariantUsage(
    string Variant, string Model, IReadOnlyDictionary<CellOutcome, long> Outcomes, long InputTokens, long OutputTokens, long ReasoningTokens, decimal? CostUsd, Latency? Latency);

/// <summary>Milliseconds from the start of a cell to its end, waits between attempts included; of answered cells.</summary>
public sealed record Latency(double MeanMs, long MedianMs, long P95Ms, long MaxMs)
{
    /// <summary>Remembers how long a cell took that was answered.</summary>
    internal static void Add(List<int> durations, CellRecord cell)
    {
        if (cell.Outcome != CellOutcome.Failed)
        {
            durations.Add((int)Math.Clamp((cell.CompletedAt - cell.StartedAt).TotalMilliseconds, 0, int.MaxValue));
        }
    }

    /// <summary>Quantiles by nearest rank. Null without any.</summary>
    internal static Latency? Of(List<int> durations)
    {
        if (durations.Count == 0)
        {
            return null;
        }

        durations.Sort();
        int At(double share) => durations[Math.Max(0, (int)Math.Ceiling(share * durations.Count) - 1)];
        return new Latency(durations.Average(), At(0.5), At(0.95), durations[^1]);
    }
}

/// <summary>The times of a variant's cells, as <see cref="Latency"/> counts them.</summary>
public sealed record VariantLatency(string Variant, double MeanMs, long MedianMs, long P95Ms, long MaxMs)
{
    /// <param name="durations">By variant; those without any are left out.</param>
    internal static IReadOnlyList<VariantLatency> Of(RunRecord run, IReadOnlyList<List<int>> durations) =>
    [
        .. from pair in run.Variants.Zip(durations)
           let latency = Latency.Of(pair.Second)
           where latency is not null
           select new VariantLatency(pair.First.Name, latency.MeanMs, latency.MedianMs, latency.P95Ms, latency.MaxMs),
    ];
}

/// <summary>Adds up what the cells of a run took, variant by variant: one pass over its cells.</summary>
public sealed class MeasureUsage(CellLedger cells)
{
    public async Task<IReadOnlyList<VariantUsage>> OfAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var sums = run.Variants.Select(_ => new Sum()).ToList();
        await foreach (var cell in cells.AllAsync(run, cancellationToken))
        {
            sums[cell.Address.Variant].Add(cell);
        }

        return [.. run.Variants.Zip(sums, (variant, sum) => sum.Of(variant.Name, variant.Model))];
    }

    private sealed class Sum
    {
        private readonly Dictionary<CellOutcome, long> _outcomes = Enum.GetValues<CellOutcome>().ToDictionary(outcome => outcome, _ => 0L);
        private readonly List<int> _durations = [];
        private long _input;
        private long _output;
        private long _reasoning;
        private decimal? _cost;

        public void Add(CellRecord cell)
        {
            _outcomes[cell.Outcome]++;
            _input += cell.InputTokens ?? 0;
            _output += cell.OutputTokens ?? 0;
            _reasoning += cell.ReasoningTokens ?? 0;
            if (cell.CostUsd is { } cost)
            {
                _cost = (_cost ?? 0) + cost;
            }

            Latency.Add(_durations, cell);
        }

        public VariantUsage Of(string variant, string model) => new(variant, model, _outcomes, _input, _output, _reasoning, _cost, Latency.Of(_durations));
    }
}
