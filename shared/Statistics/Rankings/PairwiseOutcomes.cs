namespace FunctionsEval.Statistics.Rankings;

/// <summary>How often each variant beat each other one and how often they tied, kept by scenario: scenarios are what is drawn from a larger whole.</summary>
public sealed class PairwiseOutcomes
{
    private readonly Dictionary<int, List<(int First, int Second, int Outcome)>> _byUnit = [];

    public PairwiseOutcomes(int variants)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(variants, 2);
        Variants = variants;
    }

    public int Variants { get; }

    public int Count { get; private set; }

    /// <summary>Independent ones.</summary>
    public int Units => _byUnit.Count;

    /// <param name="unit">The scenario, or its cluster.</param>
    /// <param name="outcome">1 where the first won, 0 where they tied, -1 where the second won.</param>
    public void Add(int unit, int first, int second, int outcome)
    {
        if (first == second || Math.Min(first, second) < 0 || Math.Max(first, second) >= Variants)
        {
            throw new ArgumentOutOfRangeException(nameof(second), second, $"A comparison needs two different variants from 0 to {Variants - 1}, but has {first} and {second}.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(outcome, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outcome, 1);
        if (!_byUnit.TryGetValue(unit, out var known))
        {
            _byUnit[unit] = known = [];
        }

        known.Add(first < second ? (first, second, outcome) : (second, first, -outcome));
        Count++;
    }

    /// <summary>Of each unit, what it adds to the counts.</summary>
    internal IReadOnlyList<(int First, int Second, int Outcome)[]> ByUnit => [.. _byUnit.OrderBy(unit => unit.Key).Select(unit => unit.Value.ToArray())];

    /// <summary>First's net score against second, one mean a unit that has any.</summary>
    internal double[] NetScores(int first, int second)
    {
        var means = new List<double>(_byUnit.Count);
        foreach (var (_, outcomes) in _byUnit.OrderBy(unit => unit.Key))
        {
            double[] own = [.. outcomes.Where(one => one.First == Math.Min(first, second) && one.Second == Math.Max(first, second)).Select(one => (double)one.Outcome)];
            if (own.Length > 0)
            {
                means.Add(first < second ? own.Average() : -own.Average());
            }
        }

        return [.. means];
    }
}
