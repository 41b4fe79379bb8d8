using System.Globalization;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Http;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Pairs;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Scenarios;

internal static class ScenarioPages
{
    private const int PageSize = 25;

    private const int MostDiffering = 8;

    /// <summary>Above so many samples of a scenario a list shows means instead of squares.</summary>
    private const int MaxSquares = 120;

    public static IServiceCollection AddScenarioPages(this IServiceCollection services) => services.AddSingleton<ScenarioTables>();

    public static void MapScenarioPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/runs/{runId}/scenarios", List);
        pages.MapGet("/runs/{runId}/differing", Differing);
        pages.MapGet("/runs/{runId}/scenarios/{item:int}", Get);
    }

    internal static async Task<Results<Page, ProblemHttpResult>> List(
        string runId, RunStore runs, CellLedger cells, AnalysisStore analyses, ScenarioTables tables, CancellationToken cancellationToken, string? sort = null, string? only = null, string? page = null)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        var analysis = await analyses.FindHeadAsync(run.RunId, cancellationToken);
        var number = Math.Max(1, int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1);
        var query = analysis is null ? new ScenarioQuery(ScenarioOrder.Definition, false, number) : ScenarioQuery.Of(sort, only, number);

        // In the order of the definition a page needs its own scenarios only, and shows at once.
        var needsAll = query.Order != ScenarioOrder.Definition || query.OnlyDiffering || HasTooManySquares(run);
        var table = analysis is null ? null : needsAll ? await tables.ReadAsync(run, analysis, cancellationToken) : tables.Known(analysis);
        var (items, count) = Asked(run, needsAll ? table : null, query);
        var rows = await Task.WhenAll(items.Select(item => RowAsync(run, item.Item, item.Statistics, runs, cells, cancellationToken)));
        return Page.Of<ScenarioListPage>(new { Run = run, Rows = rows, Query = query, Count = count, Pages = (count + PageSize - 1) / PageSize, Table = table, IsAnalyzed = analysis is not null });
    }

    /// <summary>A part of the page of a run that comes after the rest: it has to know all scenarios.</summary>
    internal static async Task<Results<Page, ProblemHttpResult>> Differing(
        string runId, RunStore runs, CellLedger cells, AnalysisStore analyses, ScenarioTables tables, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run || await analyses.FindHeadAsync(runId, cancellationToken) is not { } analysis)
        {
            return Problems.NotFound("Analysis of run", runId);
        }

        var table = await tables.ReadAsync(run, analysis, cancellationToken);
        var query = new ScenarioQuery(ScenarioOrder.Difference, OnlyDiffering: true, Page: 1);
        var (found, _) = table.Page(query.Order, query.OnlyDiffering, skip: 0, MostDiffering);
        var rows = await Task.WhenAll(found.Select(row => RowAsync(run, row.Item, row, runs, cells, cancellationToken)));
        return Page.Of<DifferingPart>(new { Run = run, Rows = rows, Table = table, Query = query });
    }

    internal static async Task<Results<Page, ProblemHttpResult>> Get(
        string runId, int item, RunStore runs, CellLedger cells, PairLedger pairs, CallRows calls, CancellationToken cancellationToken, string? sample = null)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        if (item < 0 || await runs.FindItemAsync(runId, item, cancellationToken) is not { } scenario)
        {
            return Problems.NotFound("Scenario", string.Create(CultureInfo.InvariantCulture, $"{runId}/{item}"));
        }

        var index = int.TryParse(sample, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, 1, run.Sampling.SamplesPerScenario) - 1 : 0;
        var answers = new List<Answer>(run.Variants.Count);
        for (var variant = 0; variant < run.Variants.Count; variant++)
        {
            var address = new CellAddress(item, variant, index);
            if (await cells.FindAsync(run, address, cancellationToken) is { } cell)
            {
                var (made, _) = await calls.PageAsync(run, new CellFilter(variant, index, item), status: null, Paging.MaxPageSize, continuation: null, cancellationToken);
                answers.Add(new Answer(run.Variants[variant], cell, await cells.FindTranscriptAsync(runId, address, cancellationToken), made));
            }
            else
            {
                answers.Add(new Answer(run.Variants[variant], Cell: null, Transcript: null, Calls: []));
            }
        }

        var compared = run.Pairwise is null ? [] : (await pairs.ViewsAsync(run, item, cancellationToken)).Where(pair => pair.SampleIndex == index).ToList();
        return Page.Of<ScenarioPage>(new { Run = run, Item = item, Scenario = scenario, Sample = index, Answers = answers, Pairs = compared });
    }

    private static (List<(int Item, ScenarioTable.Row? Statistics)> Items, int Count) Asked(RunRecord run, ScenarioTable? table, ScenarioQuery query)
    {
        var skip = (int)Math.Min((long)(query.Page - 1) * PageSize, int.MaxValue - PageSize);
        if (table is { Count: > 0 })
        {
            var (rows, count) = table.Page(query.Order, query.OnlyDiffering, skip, PageSize);
            return ([.. rows.Select(row => (row.Item, (ScenarioTable.Row?)row))], count);
        }

        return ([.. Enumerable.Range(skip, Math.Clamp(run.Items - skip, 0, PageSize)).Select(item => (item, (ScenarioTable.Row?)null))], run.Items);
    }

    private static async Task<ScenarioRow> RowAsync(
        RunRecord run, int item, ScenarioTable.Row? statistics, RunStore runs, CellLedger cells, CancellationToken cancellationToken)
    {
        var scenario = await runs.FindItemAsync(run.RunId, item, cancellationToken) ?? new Scenario($"{item}", "(not in the store)", "");
        if (HasTooManySquares(run))
        {
            return new ScenarioRow(item, scenario, statistics, Cells: null);
        }

        var (page, _) = await cells.PageAsync(run, new CellFilter(Item: item), Paging.MaxPageSize, continuation: null, cancellationToken);
        IReadOnlyList<IReadOnlyList<CellRecord>> byVariant = [.. run.Variants.Select((_, variant) => (IReadOnlyList<CellRecord>)[.. page.Where(cell => cell.Address.Variant == variant)])];
        return new ScenarioRow(item, scenario, statistics ?? ScenarioTable.Row.Of(item, byVariant), byVariant);
    }

    private static bool HasTooManySquares(RunRecord run) => run.Variants.Count * run.Sampling.SamplesPerScenario > MaxSquares;
}

/// <summary>Which scenarios a list shows, and in what order.</summary>
/// <param name="Page">From 1.</param>
public sealed record ScenarioQuery(ScenarioOrder Order, bool OnlyDiffering, int Page)
{
    internal static ScenarioQuery Of(string? sort, string? only, int page) => new(
        sort switch { "difference" => ScenarioOrder.Difference, "variable" => ScenarioOrder.Variable, _ => ScenarioOrder.Definition }, only == "differ", page);

    public string Address(string runId)
    {
        var parts = new List<string>();
        if (Order != ScenarioOrder.Definition)
        {
            parts.Add(Order == ScenarioOrder.Difference ? "sort=difference" : "sort=variable");
        }

        if (OnlyDiffering)
        {
            parts.Add("only=differ");
        }

        if (Page > 1)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"page={Page}"));
        }

        return $"{RunAddress(runId)}{(parts.Count > 0 ? "?" : "")}{string.Join('&', parts)}";
    }

    private static string RunAddress(string runId) => Runs.RunAddress.Scenarios(runId);
}

/// <summary>A line of a list of scenarios.</summary>
/// <param name="Cells">By variant; null where there are too many to show.</param>
public sealed record ScenarioRow(int Item, Scenario Scenario, ScenarioTable.Row? Statistics, IReadOnlyList<IReadOnlyList<CellRecord>>? Cells);

/// <summary>What one variant answered in one sample; no cell while it has not answered.</summary>
public sealed record Answer(Variant Variant, CellRecord? Cell, Transcript? Transcript, IReadOnlyList<ProviderCallView> Calls)
{
    /// <summary>What it said last.</summary>
    public string? Text => Transcript is { Turns: [.., var last] } ? last.TargetResponse : null;
}
