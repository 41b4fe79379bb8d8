using System.Globalization;
using FunctionsEval.Runs;
using Spectre.Console;

namespace FunctionsEval.Cli;

/// <summary>Progress on standard error: a bar on a terminal, else a plain line every few seconds.</summary>
internal static class RunProgressDisplay
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>Shows progress until <paramref name="follow"/> is done; it calls its argument whenever there is news.</summary>
    public static async Task ShowAsync(Terminal terminal, long total, TimeProvider clock, Func<Action<RunProgress>, Task> follow)
    {
        if (terminal.IsErrorRedirected)
        {
            await follow(PlainLines(terminal, clock));
            return;
        }

        await terminal.ErrorConsole().Progress()
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("cells", maxValue: total);
                await follow(progress =>
                {
                    task.Value = progress.Completed + progress.Failed;
                    task.Description = Describe(progress);
                });
            });
    }

    private static Action<RunProgress> PlainLines(Terminal terminal, TimeProvider clock)
    {
        var started = clock.GetTimestamp();
        var next = LineInterval;
        var wasDone = false;
        return progress =>
        {
            var elapsed = clock.GetElapsedTime(started);
            var isDone = progress.Completed + progress.Failed >= progress.Total;
            if (elapsed >= next || (isDone && !wasDone))
            {
                wasDone = isDone;
                next = elapsed + LineInterval;
                terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Describe(progress)}, {elapsed.TotalSeconds:F0} s"));
            }
        };
    }

    private static string Describe(RunProgress progress)
    {
        var done = progress.Completed + progress.Failed;
        var failed = progress.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {progress.Failed:N0} failed") : "";
        var pairs = progress.Pairs is { } judging && done >= progress.Total ? string.Create(CultureInfo.InvariantCulture, $", {judging.Judged:N0} of at most {judging.Planned:N0} judgements of pairs") : "";
        var reused = progress.Reused > 0 ? string.Create(CultureInfo.InvariantCulture, $", {progress.Reused:N0} reused") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {progress.Total:N0} cells{failed}{reused}{pairs}");
    }
}
