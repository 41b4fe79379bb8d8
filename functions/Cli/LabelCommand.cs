using System.CommandLine;
using System.Globalization;
using FunctionsEval.Labels;
using FunctionsEval.Local;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval label RUN: shows answers one by one, in random order and without the name of a variant or model, and keeps what somebody says of them.</summary>
internal static class LabelCommand
{
    private static readonly Option<string?> Metric = new("--metric") { Description = "The scorer whose scale is used (default: the first)", HelpName = "NAME" };
    private static readonly Option<int?> Count = new("--count") { Description = $"Answers to label in all (default {AddLabels.DefaultCount}); a larger number adds to a smaller one", HelpName = "N", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<string?> Labeller = new("--labeller") { Description = "Who labels: several people may label the same answers (default: the user's name)", HelpName = "NAME" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("label", "Label answers by hand, blind, so that a judge can be checked and corrected") { CommonOptions.RunOrLatest, Metric, Count, Labeller, CommonOptions.Data };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var count = arguments.GetValue(Count) ?? AddLabels.DefaultCount;
        if (count is < 1 or > AddLabels.MostCount)
        {
            throw new UsageException($"--count must be between 1 and {AddLabels.MostCount}, but is {count}.");
        }

        if (terminal.In is null)
        {
            throw new UsageException("labels are typed: this needs a terminal, or lines on standard input. 'labels import' takes a file.");
        }

        await using var program = CommonOptions.OpenExisting(terminal, arguments);
        var run = await program.FindRunAsync(arguments.GetValue(CommonOptions.RunOrLatest) ?? RunFinder.Latest, cancellationToken);
        var metric = LabelMetric.Find(run, arguments.GetValue(Metric)) ?? throw new UsageException(LabelMetric.Unknown(run, arguments.GetValue(Metric)).Replace("metric must", "--metric must", StringComparison.Ordinal));
        var labeller = arguments.GetValue(Labeller) ?? terminal.Environment("USER") ?? terminal.Environment("USERNAME") ?? "someone";
        if (labeller.Length is 0 or > AddLabels.MostName)
        {
            throw new UsageException($"--labeller must have 1 to {AddLabels.MostName} characters, but has {labeller.Length}.");
        }

        await new Session(terminal, program, run, metric, labeller, count).RunAsync(cancellationToken);
        return ExitCodes.Completed;
    }

    /// <summary>One sitting; every label is stored at once, so that it may end at any time.</summary>
    private sealed class Session(Terminal terminal, LocalProgram program, RunRecord run, LabelMetric metric, string labeller, int count)
    {
        private readonly LabelQueue _queue = program.Get<LabelQueue>();
        private readonly LabelStore _labels = program.Get<LabelStore>();
        private int _given;
        private int _from;
        private string? _note;
        private string _rubric = "";

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            terminal.Out.WriteLine(Visible.Text($"You label by '{metric.Name}' as {labeller}. Type {metric.Rule}; s skips, u undoes the last one, t adds a note, q ends. Everything is kept at once."));
            var goesOn = true;
            while (goesOn && await _queue.NextAsync(run, metric, labeller, count, _from, cancellationToken) is { } answer)
            {
                Show(answer);
                goesOn = await AskAsync(answer, cancellationToken);
            }

            var (labelled, of) = await _queue.ProgressAsync(run, metric, labeller, count, cancellationToken);
            terminal.Out.WriteLine(of == 0 ? $"No answer of this run has a score by {Visible.Line(metric.Name)}." : $"{RunReport.Count(labelled)} of {RunReport.Count(of)} answers are labelled.");
            if (_given > 0)
            {
                terminal.Say($"'{terminal.Program} analyze {run.RunId}' takes the labels into means and verdicts.");
            }
        }

        private void Show(AnswerToLabel answer)
        {
            if (answer.Rubric.Length > 0 && answer.Rubric != _rubric)
            {
                // Most rubrics are the same for all answers, and are read once.
                _rubric = answer.Rubric;
                WriteIndented("", $"By this rubric: {_rubric}");
            }

            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n--- {answer.Labelled + 1} of {answer.Of} ---"));
            foreach (var (asked, answered) in answer.Turns)
            {
                WriteIndented("> ", asked);
                WriteIndented("  ", answered);
            }

            if (answer.Scenario.AllExpected() is { Count: > 0 } expected)
            {
                terminal.Out.WriteLine(Visible.Line($"Expected: {string.Join(" | ", expected)}"));
            }
        }

        private void WriteIndented(string indent, string text)
        {
            foreach (var line in Visible.Text(text).Split('\n'))
            {
                terminal.Out.WriteLine($"{indent}{line}");
            }
        }

        /// <summary>False at the end of the sitting.</summary>
        private async Task<bool> AskAsync(AnswerToLabel answer, CancellationToken cancellationToken)
        {
            while (true)
            {
                terminal.Out.Write(Visible.Line($"{metric.Name} ({Keys()}): "));
                var typed = (metric.Choices.Count > 0 ? terminal.ReadKeyOrLine() : terminal.In!.ReadLine())?.Trim();
                cancellationToken.ThrowIfCancellationRequested();
                switch (typed)
                {
                    case null or "q" or "Q":
                        return false;
                    case "s" or "S":
                        (_from, _note) = (answer.Position + 1, null);
                        return true;
                    case "u" or "U":
                        if (await _queue.UndoAsync(run, metric, labeller, count, cancellationToken) is { } place)
                        {
                            (_from, _note) = (place, null);
                            return true;
                        }

                        terminal.Out.WriteLine("There is nothing to undo.");
                        break;
                    case "t" or "T":
                        terminal.Out.Write("Note: ");
                        Note(terminal.In!.ReadLine());
                        break;
                    case ['t' or 'T', ' ', .. var text]:
                        Note(text);
                        break;
                    case var text when metric.Parse(text) is { } value:
                        await _labels.SaveAsync(run.RunId, [new CellLabel(answer.Address, metric.Name, value, labeller, program.Clock.GetUtcNow(), _note)], cancellationToken);
                        (_from, _note) = (answer.Position, null);
                        _given++;
                        return true;
                    default:
                        terminal.Out.WriteLine(Visible.Line($"A label must be {metric.Rule}, but is '{Http.Excerpt.Of(typed)}'."));
                        break;
                }
            }
        }

        private void Note(string? text)
        {
            _note = string.IsNullOrWhiteSpace(text) ? null : text.Trim();
            if (_note?.Length > AddLabels.MostNote)
            {
                terminal.Out.WriteLine($"A note may have {AddLabels.MostNote} characters, and {_note.Length - AddLabels.MostNote} are left out.");
                _note = _note[..AddLabels.MostNote];
            }
        }

        private string Keys() => metric.IsPassOrFail ? "p pass, f fail"
            : metric.Choices.Count > 0 ? string.Join(' ', metric.Choices.Select(metric.Text))
            : metric.Rule;
    }
}
