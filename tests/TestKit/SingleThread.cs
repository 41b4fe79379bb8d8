using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.TestKit;

/// <summary>
/// Runs asynchronous code on the calling thread in a fixed order: with <see cref="FakeTimeProvider"/>, a simulation that is the same every time.
/// </summary>
public sealed class SingleThread : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _work = new();

    public override void Post(SendOrPostCallback d, object? state) => _work.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    /// <summary>Starts the code, then moves the clock in steps until the code has ended.</summary>
    public T Run<T>(Func<Task<T>> start, FakeTimeProvider clock, TimeSpan step, TimeSpan limit)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            var end = clock.GetUtcNow() + limit;
            var task = start();
            while (true)
            {
                while (_work.TryDequeue(out var work))
                {
                    work.Callback(work.State);
                }

                if (task.IsCompleted)
                {
                    return task.GetAwaiter().GetResult();
                }

                if (clock.GetUtcNow() >= end)
                {
                    throw new TimeoutException($"Not ended within {limit} of simulated time.");
                }

                clock.Advance(step);
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
