using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval retry RUN: calls the failed cells of a run again, and says what that changed.</summary>
internal static class RetryCommand
{
    private static readonly Argument<string> RunIdArgument = new("runId") { Description = "The run" };
    private static readonly Option<string[]> Codes = new("--code") { Description = "Only cells with this error (RATE_LIMIT, ...), truncated or refused ones, or judge_failed for judges alone; may be repeated (default: failed)", HelpName = "CODE" };
    private static readonly Option<string[]> Variants = new("--variant") { Description = "Only cells of this variant; may be repeated", HelpName = "NAME" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("retry", "Call the failed cells of a run again")
        {
            RunIdArgument, Codes, Variants, CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        settings.RequireExistingStore();
        var request = new RetryRequest(Given(arguments, Codes), Given(arguments, Variants));
        if (request.Codes?.Any(code => code.Equals("refused", StringComparison.OrdinalIgnoreCase) || code.Equals("truncated", StringComparison.OrdinalIgnoreCase)) == true)
        {
            terminal.Error.WriteLine("warning: A model that is asked again until it answers looks better than it is: refused and truncated answers are answers.");
        }

        return RunSession.StartAsync(
            terminal,
            settings,
            arguments.GetValue(CommonOptions.Json),
            async program => await program.Get<RetryRun>().RetryAsync((await program.FindRunAsync(arguments.GetRequiredValue(RunIdArgument), cancellationToken)).RunId, request, settings.BaseUrl, cancellationToken) switch
            {
                RetryOutcome.Retrying(var run) => run,
                RetryOutcome.Nothing(var run) => Say(terminal, run),
                RetryOutcome.UnknownRun(var runId) => throw new UsageException($"run '{runId}' does not exist in this store."),
                RetryOutcome.Rejected(var errors) => throw new UsageException(string.Join(" ", errors.Select(error => OptionNames.In(error.Message, arguments)))),
                RetryOutcome.WrongState(var message) => throw new UsageException(message),
                var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
            },
            cancellationToken,
            async (program, run) =>
            {
                if (await program.Get<AnalysisStore>().FindAsync(run.RunId, cancellationToken) is { } analysis && run.Course.Retry is { } retry)
                {
                    foreach (var line in ShiftLines(retry, analysis))
                    {
                        terminal.Error.WriteLine(Visible.Text(line));
                    }
                }
            });
    }

    /// <summary>What the retry changed, variant by variant.</summary>
    internal static IEnumerable<string> ShiftLines(RunRetry retry, RunAnalysis analysis)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"retry: {retry.Cells:N0} cells were called again.");
        foreach (var before in retry.Before)
        {
            if (analysis.PerModel.FirstOrDefault(model => model.Variant == before.Variant) is { } after)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"retry: {before.Variant}: failed {before.Failed:N0} -> {after.Failed:N0}, mean {Mean(before.Mean)} -> {Mean(after.Mean)}{Shift(before.Mean, after.Mean)}");
            }
        }
    }

    private static string Mean(double? mean) => mean?.ToString("F3", CultureInfo.InvariantCulture) ?? "none";

    private static string Shift(double? before, double? after) =>
        before is { } was && after is { } now ? string.Create(CultureInfo.InvariantCulture, $" ({now - was:+0.000;-0.000;0.000})") : "";

    private static RunRecord Say(Terminal terminal, RunRecord run)
    {
        terminal.Error.WriteLine("functionseval: no cell of the run is to be called again.");
        return run;
    }

    private static string[]? Given(ParseResult arguments, Option<string[]> option) => arguments.GetValue(option) is { Length: > 0 } values ? values : null;
}
