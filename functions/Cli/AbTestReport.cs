using System.Globalization;
using FunctionsEval.AbTests;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Local;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>An A/B test on standard output: what each variant came to, and the candidates side by side.</summary>
internal static class AbTestReport
{
    private const int MaxTitle = 40;

    private static readonly string[] NoNames = [];

    /// <summary>Rows on a terminal; the rest is in the store and in the JSON.</summary>
    private const int MaxRows = 15;

    public static async Task PrintAsync(Terminal terminal, LocalProgram program, RunRecord run, RunResult result, bool asJson, CancellationToken cancellationToken)
    {
        var summary = await program.Get<AnalyzeAbTest>().RunAsync(run, cancellationToken);
        var rows = await RowsAsync(program, run, cancellationToken);
        if (asJson)
        {
            RunReport.Print(terminal, result with { AbTest = summary, Items = rows }, asJson);
            return;
        }

        RunReport.Print(terminal, result, asJson: false);
        var console = terminal.OutConsole();
        if (summary is not null)
        {
            console.Write(Answers(summary));
            console.Write(Expense(summary));
        }

        if (rows.Count > 0)
        {
            console.Write(SideBySide(run, rows));
        }
    }

    // Two tables, and no column that says nothing: a terminal has eighty characters.
    private static Table Answers(AbTestAnalysis summary)
    {
        var anyInvalid = summary.PerVariant.Any(variant => variant.InvalidRate > 0);
        var anyError = summary.PerVariant.Any(variant => variant.ErrorRate > 0);
        var table = RunReport.NewTable("Triage by variant", "variant");
        RunReport.AddNumbers(table, ["score", "relevant", "novel", "deep", .. anyInvalid ? ["invalid"] : NoNames, .. anyError ? ["errors"] : NoNames]);
        foreach (var variant in summary.PerVariant)
        {
            table.AddRow([
                Visible.Markup(variant.Variant),
                RunReport.Number(variant.Score.Mean, "F1"),
                Percent(variant.Relevant.Mean),
                Percent(variant.Novel.Mean),
                Percent(variant.DeepSummarize.Mean),
                .. anyInvalid ? [Percent(variant.InvalidRate)] : NoNames,
                .. anyError ? [Percent(variant.ErrorRate)] : NoNames,
            ]);
        }

        return table;
    }

    private static Table Expense(AbTestAnalysis summary)
    {
        var anyCost = summary.PerVariant.Any(variant => variant.CostUsd is not null);
        var table = RunReport.NewTable(anyCost ? "Time, tokens and cost by variant" : "Time and tokens by variant", "variant");
        RunReport.AddNumbers(table, ["cells", "p50 ms", "p95 ms", "tokens in", "tokens out", .. anyCost ? ["cost"] : NoNames]);
        foreach (var variant in summary.PerVariant)
        {
            table.AddRow([
                Visible.Markup(variant.Variant),
                RunReport.Count(variant.Cells),
                RunReport.Number(variant.MedianLatencyMs, "F0"),
                RunReport.Number(variant.P95LatencyMs, "F0"),
                RunReport.Count(variant.InputTokens),
                RunReport.Count(variant.OutputTokens),
                .. anyCost ? [RunReport.Usd(variant.CostUsd)] : NoNames,
            ]);
        }

        return table;
    }

    /// <summary>Those that the variants disagree about most come first: they are what there is to look at.</summary>
    private static Table SideBySide(RunRecord run, List<AbTestRow> rows)
    {
        var shown = rows.OrderByDescending(Spread).ThenBy(row => row.ItemIndex).Take(MaxRows).ToList();
        var anyCost = rows.Any(row => row.Variants.Any(cell => cell.CostUsd is not null));
        var which = shown.Count < rows.Count ? $": the {shown.Count} of {rows.Count} that differ most" : "";
        var title = $"Side by side{which} (score, Relevant Novel Deep, tokens, ms{(anyCost ? ", cost" : "")})";
        var table = RunReport.NewTable(title, "candidate");
        foreach (var variant in run.Variants)
        {
            // Wraps where many variants are side by side: nothing may be cut off.
            table.AddColumn(new TableColumn(Visible.Markup(variant.Name)).RightAligned());
        }

        foreach (var row in shown)
        {
            table.AddRow([Visible.Markup(Shorten(row.Title)), .. row.Variants.Select(variant => Visible.Markup(Describe(variant, anyCost)))]);
        }

        return table;
    }

    private static double Spread(AbTestRow row)
    {
        var scores = row.Variants.Where(variant => variant.Score is not null).Select(variant => variant.Score!.Value).ToList();
        return scores.Count < row.Variants.Count ? double.MaxValue : scores.Max() - scores.Min();
    }

    private static string Describe(AbTestCell cell, bool withCost) => cell.Score is not { } score
        ? cell.Status
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{score:F0} {Flag(cell.Relevant, 'R')}{Flag(cell.Novel, 'N')}{Flag(cell.DeepSummarize, 'D')} {cell.InputTokens + cell.OutputTokens} {cell.LatencyMs}{(withCost ? " " + Cost(cell.CostUsd) : "")}");

    /// <summary>Two digits that count.</summary>
    private static string Cost(decimal? usd) => usd switch
    {
        null => "-",
        > 0 and < 0.00001m => "<$0.00001",
        _ => string.Create(CultureInfo.InvariantCulture, $"${usd:G2}"),
    };

    // With several samples a flag shows what most of them say.
    private static char Flag(double? share, char letter) => share >= 0.5 ? letter : '-';

    private static async Task<List<AbTestRow>> RowsAsync(LocalProgram program, RunRecord run, CancellationToken cancellationToken)
    {
        var candidates = await program.Get<RunStore>().CandidatesAsync(run.RunId, cancellationToken).ToListAsync(cancellationToken);
        var cells = new List<CellRecord>[run.Items, run.Variants.Count];
        await foreach (var cell in program.Get<CellLedger>().AllAsync(run, cancellationToken))
        {
            (cells[cell.Address.Item, cell.Address.Variant] ??= []).Add(cell);
        }

        return [.. candidates.Take(run.Items).Select((candidate, item) => new AbTestRow(
            item,
            candidate.CandidateId,
            candidate.Title ?? candidate.CandidateId,
            candidate.SourceType,
            [.. run.Variants.Select((variant, index) => CellOf(variant.Name, cells[item, index] ?? []))]))];
    }

    private static AbTestCell CellOf(string variant, List<CellRecord> samples)
    {
        double? Mean(string scorer) => samples.SelectMany(cell => cell.Scores).Where(score => score.Name == scorer && score.Value is not null)
            .Select(score => score.Value).Average();
        var status = samples.Any(cell => cell.Outcome == CellOutcome.Scored) ? "ok"
            : samples.Any(cell => cell.Outcome != CellOutcome.Failed) ? "invalid"
            : samples.Count > 0 ? samples[0].Error?.Code ?? "error"
            : "missing";
        return new AbTestCell(
            variant,
            status,
            Mean(TriageScorers.AiScore),
            Mean(TriageScorers.IsRelevant),
            Mean(TriageScorers.IsNovel),
            Mean(TriageScorers.ShouldDeepSummarize),
            samples.Sum(cell => cell.InputTokens ?? 0),
            samples.Sum(cell => cell.OutputTokens ?? 0),
            samples.Count == 0 ? 0 : (long)samples.Average(cell => (cell.CompletedAt - cell.StartedAt).TotalMilliseconds),
            samples.Count == 0 || samples.Any(cell => cell.CostUsd is null) ? null : samples.Sum(cell => cell.CostUsd));
    }

    private static string Percent(double? share) => share?.ToString("P0", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>Ends behind a whole word, where there is one.</summary>
    private static string Shorten(string title)
    {
        if (title.Length <= MaxTitle)
        {
            return title;
        }

        var space = title.LastIndexOf(' ', MaxTitle - 2);
        return title[..(space > MaxTitle / 2 ? space : MaxTitle - 1)] + "…";
    }
}
