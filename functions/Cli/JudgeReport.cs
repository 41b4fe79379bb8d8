using FunctionsEval.Runs.Analysis;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>The judges of a run, as tables and sentences.</summary>
internal static class JudgeReport
{
    public static void Print(IAnsiConsole console, IReadOnlyList<JudgeStatistics> judges)
    {
        var table = RunReport.NewTable("Judges", "scorer", "judge");
        RunReport.AddNumbers(table, ["judgements", "mean", "sd", "no score", "failed"]);
        foreach (var judge in judges)
        {
            foreach (var one in judge.PerJudge)
            {
                table.AddRow(
                    Visible.Markup(judge.Scorer), Visible.Markup(one.Model), RunReport.Count(one.Judgements), RunReport.Number(one.Mean), RunReport.Number(one.StdDev), RunReport.Count(one.Invalid),
                    RunReport.Count(one.Failed));
            }
        }

        console.Write(table);
        foreach (var judge in judges)
        {
            foreach (var sentence in judge.Sentences())
            {
                console.Say($"{sentence}");
            }
        }
    }
}
