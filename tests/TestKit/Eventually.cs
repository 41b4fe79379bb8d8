using System.Diagnostics;

namespace FunctionsEval.TestKit;

/// <summary>Waits for a condition that another process or thread brings about, by looking again and again; fails with its name.</summary>
public static class Eventually
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);

    // Only a failing test waits this long; a machine that is busy with other things must not fail one.
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(2);

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        TrueAsync(() => Task.FromResult(condition()), what, limit, cancellationToken);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Between);
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (limit ?? DefaultLimit))
            {
                throw new TimeoutException($"Waited {(limit ?? DefaultLimit).TotalSeconds:0.#} seconds for: {what}.");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

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
}
