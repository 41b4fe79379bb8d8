namespace FunctionsEval.Runs.Budget;

/// <summary>
/// What a run may spend: an amount is reserved before each call and settled after it. A call for which too little is left waits while
/// others are under way, for they may cost less than was reserved; when none is, the budget is spent. Thread-safe.
/// </summary>
/// <param name="spent">What the ledger says was spent, or may have been, when this process took the run up.</param>
public sealed class RunBudget(decimal cap, decimal spent)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private decimal _spent = spent;
    private decimal _reserved;
    private int _underWay;

    public decimal Cap => cap;

    public decimal Spent
    {
        get
        {
            lock (_lock)
            {
                return _spent;
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
                if (_spent + _reserved + amount <= cap)
                {
                    _reserved += amount;
                    _underWay++;
                    return true;
                }

                if (_underWay == 0 || _spent + amount > cap)
                {
                    return false;
                }

                settled = _settled.Task;
            }

            await settled.WaitAsync(cancellationToken);
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
            _spent += cost;
            _underWay--;
            (settled, _settled) = (_settled, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        settled.SetResult();
    }
}
