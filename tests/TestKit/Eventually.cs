using System.Diagnostics;

namespace FunctionsEval.TestKit;

/// <summary>Waits for a condition that another process or thread brings about, by looking again and again; fails with its name.</summary>
public static class Eventually
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);

    /// <summary>For what asks a server or a store: many tests that ask more often take the processor from those they wait for.</summary>
    private static readonly TimeSpan BetweenRequests = TimeSpan.FromMilliseconds(25);

    // Only a failing test waits this long; a machine that is busy with other things must not fail one.
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(2);

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        UntilAsync(() => Task.FromResult(condition()), Between, what, limit, cancellationToken);

    public static Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        UntilAsync(condition, BetweenRequests, what, limit, cancellationToken);

    /// <summary>Waits until a value has not changed for a while; gives it.</summary>
    public static async Task<T> SteadyAsync<T>(Func<T> read, TimeSpan quiet, string what)
    {
        var (value, since) = (read(), Stopwatch.GetTimestamp());
        await TrueAsync(
            () =>
            {
                if (!EqualityComparer<T>.Default.Equals(read(), value))
                {
                    (value, since) = (read(), Stopwatch.GetTimestamp());
                }

                return Stopwatch.GetElapsedTime(since) >= quiet;
            },
            what);
        return value;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan between, string what, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(between);
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (limit ?? DefaultLimit))
            {
                throw new TimeoutException($"Waited {(limit ?? DefaultLimit).TotalSeconds:0.#} seconds for: {what}.");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
