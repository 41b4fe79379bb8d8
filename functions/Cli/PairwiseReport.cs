using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Pairs;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>What judges of pairs prefer: a sentence each, which comes first, then tables with the numbers and with what is known of the judges.</summary>
internal static class PairwiseReport
{
    public static void PrintSentences(IAnsiConsole console, IReadOnlyList<PairwiseAnalysis> analyses)
    {
        foreach (var analysis in analyses)
        {
            foreach (var pair in analysis.Pairs)
            {
                console.Say($"[bold]{analysis.Scorer}: {pair.Summary}[/]");
                foreach (var line in new[] { pair.Assumption }.Concat(pair.Warnings.Select(warning => $"{warning.Message} {warning.Recommendation}")).OfType<string>())
                {
                    console.Write(new Padder(new Text(Visible.Text(line)), new Padding(2, 0, 0, 0)));
                }
            }

            if (analysis.Ranking is { } ranking)
            {
                console.Say($"[bold]{analysis.Scorer}: {ranking.Summary}[/]");
            }
        }
    }

    public static void Print(IAnsiConsole console, IReadOnlyList<PairwiseAnalysis> analyses)
    {
        foreach (var analysis in analyses)
        {
            var names = new ShortNames(analysis.Pairs.SelectMany(pair => new[] { pair.Variant, pair.Control }));
            foreach (var control in analysis.Pairs.GroupBy(pair => pair.Control, StringComparer.Ordinal))
            {
                console.Write(Against(analysis, control.Key, control, names));
            }

            if (analysis.Ranking is { } ranking)
            {
                console.Write(Ranks(analysis, ranking, names));
                if (ranking.Limit is { } limit)
                {
                    console.Say($"[yellow]{limit}[/]");
                }
            }

            console.Write(Judges(analysis));
            foreach (var line in PairNotes.Of(analysis))
            {
                console.Say($"[yellow]{line}[/]");
            }
        }
    }

    private static Table Against(PairwiseAnalysis analysis, string control, IEnumerable<PairPreference> pairs, ShortNames names)
    {
        var table = RunReport.NewTable($"Preferences against {names.Of(control)} by {analysis.Scorer}", "variant", "verdict");
        table.Columns[^1].NoWrap();
        RunReport.AddNumbers(table, ["wins", "ties", "losses", "net", "interval", "adj. p"]);
        foreach (var pair in pairs)
        {
            table.AddRow(
                Visible.Markup(names.Of(pair.Variant)),
                $"[bold]{pair.Verdict}[/]",
                RunReport.Count(pair.Wins),
                RunReport.Count(pair.Ties),
                RunReport.Count(pair.Losses),
                RunReport.Number(pair.Net, "+0.00;-0.00;0.00"),
                pair.Interval is { } interval ? $"{RunReport.Number(interval.Lower, "F2")} .. {RunReport.Number(interval.Upper, "F2")}" : "-",
                VerdictReport.PValue(pair.AdjustedPValue));
        }

        return table;
    }

    private static Table Ranks(PairwiseAnalysis analysis, PreferenceRanking ranking, ShortNames names)
    {
        var table = RunReport.NewTable($"Ranking by {analysis.Scorer}", "variant");
        RunReport.AddNumbers(table, ["ranks", "strength", "interval", "beats average"]);
        foreach (var one in ranking.Variants)
        {
            table.AddRow(
                Visible.Markup(names.Of(one.Variant)),
                one.BestRank == one.WorstRank ? RunReport.Count(one.Rank) : $"{RunReport.Count(one.BestRank)} to {RunReport.Count(one.WorstRank)}",
                RunReport.Number(one.Strength, "F2"),
                one.Interval is { } interval ? $"{RunReport.Number(interval.Lower, "F2")} .. {RunReport.Number(interval.Upper, "F2")}" : "-",
                RunReport.Number(100 * one.WinChance, "0") + "%");
        }

        return table;
    }

    private static Table Judges(PairwiseAnalysis analysis)
    {
        var table = RunReport.NewTable($"Judges of {analysis.Scorer}", "judge");
        RunReport.AddNumbers(table, ["pairs", "changed with the order", "lean to the first", "interval"]);
        foreach (var judge in analysis.Position)
        {
            table.AddRow(
                Visible.Markup(judge.Judge),
                RunReport.Count(judge.Votes),
                judge.FlipRate is { } flips ? $"{RunReport.Number(100 * flips, "0")}%" : "-",
                RunReport.Number(judge.Lean, "+0.00;-0.00;0.00"),
                judge.LeanInterval is { } interval ? $"{RunReport.Number(interval.Lower, "F2")} .. {RunReport.Number(interval.Upper, "F2")}" : "-");
        }

        return table;
    }
}
