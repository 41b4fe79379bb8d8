using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Budget;

/// <summary>
/// What a run may spend: an amount is reserved before each call and settled after it. A call for which too little is left waits while
/// others are under way, for they may cost less than was reserved; when none is, the budget is spent. Where several processes spend one
/// budget, this one leases what it needs and gives back what it does not use. Thread-safe.
/// </summary>
#pragma warning disable CA1001 // It lives as long as the run is worked on; neither a semaphore without a wait handle nor a timer that fires once holds anything after.
public sealed class RunBudget
#pragma warning restore CA1001
{
    /// <summary>Another process may have given something back by then.</summary>
    private static readonly TimeSpan BetweenTakes = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly BudgetLease? _lease;
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly ITimer? _idle;
    private TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private decimal _free;
    private decimal _reserved;
    private decimal _spent;
    private int _underWay;
    private Refusal? _refusal;

    /// <summary>A budget that this process alone spends.</summary>
    /// <param name="spent">What the ledger says was spent, or may have been, when this process took the run up.</param>
    public RunBudget(decimal cap, decimal spent) => (Cap, _free) = (cap, cap - spent);

    /// <summary>A budget that other processes spend too.</summary>
    internal RunBudget(decimal cap, BudgetLease lease, TimeProvider clock)
    {
        (Cap, _lease, _clock) = (cap, lease, clock);
        _idle = clock.CreateTimer(static budget => _ = ((RunBudget)budget!).GiveBackAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public decimal Cap { get; }

    /// <summary>What may still be reserved without another lease.</summary>
    public decimal Free
    {
        get
        {
            lock (_lock)
            {
                return _free;
            }
        }
    }

    /// <summary>False when the budget does not cover the amount; then nothing is reserved.</summary>
    public async ValueTask<bool> ReserveAsync(decimal amount, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task settled;
            lock (_lock)
            {
                if (amount <= _free)
                {
                    _free -= amount;
                    _reserved += amount;
                    _underWay++;
                    return true;
                }

                if (_lease is null && (_underWay == 0 || amount > _free + _reserved))
                {
                    return false;
                }

                settled = _settled.Task;
            }

            if (_lease is null)
            {
                await settled.WaitAsync(cancellationToken);
            }
            else if (await TakeAsync(_lease, amount, cancellationToken) is { } refusal)
            {
                if (refusal.IsFinal)
                {
                    return false;
                }

                await Task.WhenAny(settled, Task.Delay(BetweenTakes, _clock, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Just before a call is sent, which may be long after its reservation: false when the lease was lost meanwhile.</summary>
    public async ValueTask<bool> ConfirmAsync(CancellationToken cancellationToken)
    {
        if (_lease is null || !_lease.IsOld)
        {
            return true;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            decimal held;
            decimal spent;
            lock (_lock)
            {
                (held, spent) = (_free + _reserved, _spent);
            }

            return await _lease.RenewAsync(held, spent, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <param name="reserved">As it was reserved.</param>
    /// <param name="cost">What the call cost, or may have cost.</param>
    public void Settle(decimal reserved, decimal cost)
    {
        TaskCompletionSource settled;
        lock (_lock)
        {
            _reserved -= reserved;
            _free += reserved - cost;
            _spent += cost;
            _underWay--;
            _refusal = null;
            (settled, _settled) = (_settled, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            if (_underWay == 0)
            {
                _idle?.Change(IdleFor, Timeout.InfiniteTimeSpan);
            }
        }

        settled.SetResult();
    }

    /// <summary>Null when more was leased, by whomever: look again.</summary>
    private async Task<Refusal?> TakeAsync(BudgetLease lease, decimal amount, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            decimal held;
            decimal spent;
            decimal needed;
            bool isLast;
            TaskCompletionSource settled;
            lock (_lock)
            {
                if (amount <= _free)
                {
                    return null;
                }

                // Many calls wait for the same money: one asks for all of them.
                if (_refusal is { } known && known.Amount <= amount && _clock.GetElapsedTime(known.At) < BetweenTakes)
                {
                    return known;
                }

                // Remembered from before the question: calls that end meanwhile free more than the answer can know of.
                isLast = _underWay == 0;
                if (isLast)
                {
                    // What is too little for a call of this process may be enough together with what other processes have left.
                    _free = 0;
                }

                (held, spent, needed, settled) = (_free + _reserved, _spent, amount - _free, _settled);
            }

            var (granted, othersHold) = await lease.TakeAsync(held, spent, needed, cancellationToken);
            lock (_lock)
            {
                _free += granted;
                var refusal = granted > 0 ? null : new Refusal(amount, _clock.GetTimestamp(), isLast && !othersHold);
                _refusal = ReferenceEquals(settled, _settled) ? refusal : null;
                return refusal;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Nobody here has called for a while: what is left may be what another process waits for.</summary>
    private async Task GiveBackAsync()
    {
        await _turn.WaitAsync();
        try
        {
            decimal spent;
            lock (_lock)
            {
                if (_underWay > 0 || _free == 0)
                {
                    return;
                }

                (_free, spent) = (0, _spent);
            }

            await _lease!.TakeAsync(held: 0, spent, needed: 0, CancellationToken.None);
        }
        catch (StorageException)
        {
            // The money comes back when the lease has expired.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <param name="IsFinal">Nobody holds anything that may come back.</param>
    private sealed record Refusal(decimal Amount, long At, bool IsFinal);
}
