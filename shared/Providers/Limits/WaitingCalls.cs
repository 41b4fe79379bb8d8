using System.Diagnostics.CodeAnalysis;

namespace FunctionsEval.Providers.Limits;

/// <summary>Calls that wait for a permit, in the order of arrival. Everything but <see cref="Waiter.WaitAsync"/> is used under the gate's lock.</summary>
internal sealed class WaitingCalls(Lock gate)
{
    private readonly Lock _gate = gate;
    private readonly Queue<Waiter> _queue = new();

    public int Count { get; private set; }

    public Waiter Add()
    {
        var waiter = new Waiter(this);
        _queue.Enqueue(waiter);
        Count++;
        return waiter;
    }

    public bool TryTake([MaybeNullWhen(false)] out Waiter waiter)
    {
        while (_queue.TryDequeue(out waiter))
        {
            if (waiter.IsWaiting)
            {
                Count--;
                return true;
            }
        }

        return false;
    }

    internal sealed class Waiter(WaitingCalls line)
    {
        private readonly TaskCompletionSource<CallPermit> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsWaiting { get; private set; } = true;

        public void Go(CallPermit permit)
        {
            IsWaiting = false;
            _source.SetResult(permit);
        }

        public async ValueTask<CallPermit> WaitAsync(CancellationToken cancellationToken)
        {
            await using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Cancel(token), this);
            return await _source.Task;
        }

        private void Cancel(CancellationToken cancellationToken)
        {
            lock (line._gate)
            {
                if (!IsWaiting)
                {
                    return;
                }

                // It stays in the line until its turn comes and is passed over then.
                IsWaiting = false;
                line.Count--;
            }

            _source.SetCanceled(cancellationToken);
        }
    }
}
