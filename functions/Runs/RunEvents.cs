using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using FunctionsEval.Http;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Runs;

/// <summary>
/// A run as server-sent events: <c>progress</c> when something changed and at the least every 15 seconds, so that no proxy takes the stream for idle; then
/// <c>end</c>, and the stream is closed. Each event holds what <c>GET /api/runs/{id}</c> answers.
/// </summary>
internal sealed class RunEvents(RunStore runs, CellLedger cells, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    public static async Task<Results<ServerSentEventsResult<RunView>, ProblemHttpResult>> Follow(string runId, RunStore runs, RunEvents events, CancellationToken cancellationToken) =>
        await runs.FindAsync(runId, cancellationToken) is { } run
            ? TypedResults.ServerSentEvents(events.OfAsync(run, cancellationToken))
            : Problems.NotFound("Run", runId);

    private async IAsyncEnumerable<SseItem<RunView>> OfAsync(RunRecord run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A server that stops does not wait for those who watch.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var (told, toldAt) = ((RunView?)null, 0L);
        while (!end.IsCancellationRequested)
        {
            var view = RunView.Of(run, await cells.CountAsync(run, cancellationToken));
            if (run.Status.IsFinished())
            {
                yield return new SseItem<RunView>(view, "end");
                yield break;
            }

            if (told is null || HasChanged(told, view) || clock.GetElapsedTime(toldAt) >= LongestSilence)
            {
                (told, toldAt) = (view, clock.GetTimestamp());
                yield return new SseItem<RunView>(view, "progress");
            }

            await Task.Delay(Interval, clock, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (end.IsCancellationRequested || await runs.FindAsync(run.RunId, cancellationToken) is not { } next)
            {
                yield break;
            }

            run = next;
        }
    }

    private static bool HasChanged(RunView before, RunView now) =>
        (before.Status, before.Reason, before.Progress!.Completed, before.Progress.Failed, before.Progress.Total)
        != (now.Status, now.Reason, now.Progress!.Completed, now.Progress.Failed, now.Progress.Total);
}
