using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FunctionsEval.Comparisons;
using FunctionsEval.Exports;
using FunctionsEval.Local;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval answers [RUN]: what was asked and what the models said.</summary>
internal static class AnswersCommand
{
    private static readonly Option<string?> Scenario = new("--scenario") { Description = "Only this scenario", HelpName = "ID" };
    private static readonly Option<string?> Variant = new("--variant") { Description = "Only this variant", HelpName = "NAME" };
    private static readonly Option<int?> Sample = new("--sample") { Description = "Only this sample, from 0", HelpName = "N", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<string?> Outcome = new("--outcome") { Description = "Only scored, invalid, failed, refused or truncated cells", HelpName = "OUTCOME" };
    private static readonly Option<bool> Differ = new("--differ") { Description = "Only scenarios whose variants are scored differently, the largest difference first" };
    private static readonly Option<int?> Limit = new("--limit") { Description = "At most so many answers", HelpName = "N", CustomParser = NumberParser.Optional<int> };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("answers", "Read what was asked and what the models said")
        {
            CommonOptions.RunOrLatest, Scenario, Variant, Sample, Outcome, Differ, Limit, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var program = CommonOptions.OpenExisting(terminal, arguments, mayBeReadOnly: true);
        var run = await program.FindRunAsync(arguments.GetValue(CommonOptions.RunOrLatest) ?? RunFinder.Latest, cancellationToken);
        var filter = await FilterAsync(program, run, arguments, cancellationToken);
        var differing = arguments.GetValue(Differ) ? await program.Get<DifferingScenarios>().OfAsync(run, cancellationToken) : null;
        var answers = AnswersAsync(program.Get<ReadAnswers>(), run, filter, differing, cancellationToken).Take(arguments.GetValue(Limit) ?? int.MaxValue);
        if (arguments.GetValue(CommonOptions.Json))
        {
            await WriteJsonAsync(terminal, run, answers);
            return ExitCodes.Completed;
        }

        var texts = new AnswerText(run, differing?.ToDictionary(scenario => scenario.ItemIndex, scenario => scenario.Difference));
        await Pager.ShowAsync(terminal, async output =>
        {
            await foreach (var answer in answers)
            {
                texts.Write(output, answer);
            }
        });
        if (texts.Count == 0)
        {
            terminal.Say(differing is { Count: 0 } ? "no scenario of this run is scored differently by its variants." : "no answer of this run is like that.");
        }

        return ExitCodes.Completed;
    }

    private static IAsyncEnumerable<Answer> AnswersAsync(
        ReadAnswers read, RunRecord run, AnswerFilter filter, IReadOnlyList<DifferingScenario>? differing, CancellationToken cancellationToken) => differing is null
        ? read.AllAsync(run, filter, cancellationToken)
        : differing.ToAsyncEnumerable()
            .Where(scenario => filter.Cells!.Item is null || filter.Cells.Item == scenario.ItemIndex)
            .SelectMany(scenario => read.AllAsync(run, filter with { Cells = filter.Cells! with { Item = scenario.ItemIndex } }, cancellationToken));

    private static async Task<AnswerFilter> FilterAsync(LocalProgram program, RunRecord run, ParseResult arguments, CancellationToken cancellationToken)
    {
        int? item = arguments.GetValue(Scenario) is { } id ? await ItemAsync(program, run, id, cancellationToken) : null;
        var (cells, error) = CellFilter.Of(run, arguments.GetValue(Variant), model: null, arguments.GetValue(Sample), item);
        if (error is not null)
        {
            throw new UsageException(error.Message.Replace(error.Field, error.Field == "variant" ? "--variant" : "--sample", StringComparison.Ordinal));
        }

        var outcomes = Enum.GetValues<CellOutcome>().ToDictionary(JsonRules.Name, StringComparer.Ordinal);
        return arguments.GetValue(Outcome) switch
        {
            null => new AnswerFilter(cells),
            var asked when outcomes.TryGetValue(asked, out var outcome) => new AnswerFilter(cells, outcome),
            var other => throw new UsageException($"--outcome must be one of {string.Join(", ", outcomes.Keys)}, but is '{other}'."),
        };
    }

    private static async Task<int> ItemAsync(LocalProgram program, RunRecord run, string scenarioId, CancellationToken cancellationToken)
    {
        var index = 0;
        await foreach (var item in program.Get<RunStore>().ItemsAsync(run.RunId, cancellationToken))
        {
            if (item.Id == scenarioId)
            {
                return index;
            }

            index++;
        }

        throw new UsageException($"run '{run.RunId}' has no scenario '{scenarioId}'.");
    }

    private static async Task WriteJsonAsync(Terminal terminal, RunRecord run, IAsyncEnumerable<Answer> answers)
    {
        terminal.Out.Write($"{{\"runId\":\"{run.RunId}\",\"answers\":[");
        var separator = "";
        await foreach (var answer in answers)
        {
            terminal.Out.Write($"{separator}{JsonSerializer.Serialize(ExportedCell.Of(answer), ExportsJson.Context.ExportedCell)}");
            separator = ",\n";
        }

        terminal.Out.WriteLine("]}");
    }

    /// <summary>Answers below the scenario that they answer.</summary>
    private sealed class AnswerText(RunRecord run, Dictionary<int, double>? differences)
    {
        private readonly ShortNames _names = new(run.Variants.Select(variant => variant.Name));
        private int? _item;

        public int Count { get; private set; }

        public void Write(TextWriter output, Answer answer)
        {
            Count++;
            if (_item != answer.ItemIndex)
            {
                WriteScenario(output, answer);
            }

            _item = answer.ItemIndex;
            var cell = answer.Cell;
            var scores = string.Join(", ", cell.Scores.Select(score => score.Value is { } value
                ? string.Create(CultureInfo.InvariantCulture, $"{score.Name} {value:0.####}")
                : $"{score.Name}: {score.Invalid}"));
            output.WriteLine(Visible.Line($"  {_names.Of(answer.Variant.Name)}, sample {cell.Address.Sample}: {JsonRules.Name(cell.Outcome)}{(scores.Length > 0 ? $", {scores}" : "")}, {RunReport.Count(answer.DurationMs)} ms"));
            WriteIndented(output, "    ", answer.Text ?? (cell.Error is { } error ? $"[{error.Code}: {error.Message}]" : "[nothing]"));
            foreach (var score in cell.Scores.Where(score => score.Judge is not null))
            {
                WriteJudge(output, score.Name, score.Judge!);
            }
        }

        private static void WriteJudge(TextWriter output, string scorer, JudgedScore judge)
        {
            var criteria = judge.CriteriaInWords() is { } scores ? $" ({scores})" : "";
            output.WriteLine(Visible.Line($"    | {scorer}{criteria}, by {judge.ValuesInWords()}"));
            if (judge.Reason is { } reason)
            {
                WriteIndented(output, "    | ", reason);
            }
        }

        private void WriteScenario(TextWriter output, Answer answer)
        {
            if (_item is not null)
            {
                output.WriteLine();
            }

            var scenario = answer.Scenario;
            var name = scenario.Name == scenario.Id || scenario.Name.Length == 0 ? "" : $" {scenario.Name}";
            var difference = differences?.TryGetValue(answer.ItemIndex, out var by) == true ? string.Create(CultureInfo.InvariantCulture, $", means differ by {by:0.###}") : "";
            output.WriteLine(Visible.Line($"{scenario.Id}{name}{difference}"));
            WriteIndented(output, "  > ", answer.Transcript is { Turns: [var first, ..] } ? first.ProbePrompt : scenario.Prompt);
        }

        private static void WriteIndented(TextWriter output, string indent, string text)
        {
            foreach (var line in Visible.Text(text).Split('\n'))
            {
                output.WriteLine($"{indent}{line}");
            }
        }
    }
}
