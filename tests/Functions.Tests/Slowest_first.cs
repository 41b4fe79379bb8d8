using FunctionsEval.Functions.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Slowest_first))]

namespace FunctionsEval.Functions.Tests;

/// <summary>Classes that take half a minute begin first, so that at the end nothing waits for one of them alone. No test depends on the order.</summary>
public sealed class Slowest_first : ITestCollectionOrderer
{
    private static readonly string[] Slow =
    [
        "Killed_runs", "Running_under_the_host", "Looking_at_pages", "Controlling_runs", "Foreign_and_damaged_stores", "Killed_allocations", "Killed_judges", "Testing_itself",
        "Losing_the_host", "Reading_runs", "Refusing_bad_input", "Exporting_runs", "Killed_looks", "Holding_runs", "Judging_pairs", "Allocating_samples", "Failing_disks", "Poor_machines",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(Slow, name => collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal)) is >= 0 and var place ? place : Slow.Length)];
}
