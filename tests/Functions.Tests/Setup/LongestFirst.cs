using FunctionsEval.Functions.Tests.Agents;
using FunctionsEval.Functions.Tests.Cli;
using FunctionsEval.Functions.Tests.Exports;
using FunctionsEval.Functions.Tests.Faults;
using FunctionsEval.Functions.Tests.FunctionsHost;
using FunctionsEval.Functions.Tests.Hosting;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Judging;
using FunctionsEval.Functions.Tests.Mcp;
using FunctionsEval.Functions.Tests.Pages;
using FunctionsEval.Functions.Tests.Runs;
using FunctionsEval.Functions.Tests.Scoring;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Functions.Tests.Surviving;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace FunctionsEval.Functions.Tests.Setup;

/// <summary>Classes that take ten seconds and more begin first: one that began last would keep a single core busy at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Longest =
    [
        typeof(Killed_runs), typeof(Killed_allocations), typeof(Killed_judges), typeof(Killed_looks), typeof(Foreign_and_damaged_stores),
        typeof(Controlling_runs), typeof(Exporting_runs), typeof(Testing_itself), typeof(Failing_disks), typeof(Looking_at_pages),
        typeof(Refusing_bad_input), typeof(Reading_runs), typeof(Judging_pairs), typeof(Holding_runs), typeof(Allocating_samples),
        typeof(Serving), typeof(Keeping_an_idle_host), typeof(Using_tools), typeof(Poor_machines), typeof(Killed_at_once),
        typeof(Generating_a_client), typeof(Reviewing_what_changed), typeof(Killed_servers), typeof(Scoring_by_programs), typeof(Scoring_by_services),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(PlaceOf)];

    private static int PlaceOf<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection =>
        Array.FindIndex(Longest, type => collection.TestCollectionDisplayName.Contains($" {type.FullName} ", StringComparison.Ordinal)) is var place and >= 0 ? place : Longest.Length;
}
