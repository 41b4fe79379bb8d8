using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Runs.Budget;

/// <summary>
/// The calls of one cell, to its own model and to its judges: money is reserved before each and settled after it, and every attempt is announced in the
/// ledger before it is sent. Calls may be made at once. From the first answer until it is disposed of, the ledger knows that there is something to store.
/// </summary>
/// <param name="budget">Null when the run may spend what it takes.</param>
/// <param name="beforeFirst">Awaited before the first attempt; throws where the run does not want it any more.</param>
internal sealed class CellCalls(
    string runId, CellAddress address, RunBudget? budget, CellLedger ledger, Func<CancellationToken, ValueTask> beforeFirst) : IDisposable
{
    /// <summary>From the first attempt of a cell to its last answer.</summary>
    public static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(300);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _answered;

    /// <summary>Attempts that were announced.</summary>
    public int Sent { get; private set; }

    /// <summary>Calls that earlier processes announced and that are in no stored cell.</summary>
    public int LeftBehind { get; private set; }

    /// <summary>The most that one of the calls may cost; 0 without a budget.</summary>
    public decimal MostReserved { get; private set; }

    /// <param name="sent">Told once an attempt is announced.</param>
    public async Task<PaidCall> CallAsync(ModelCaller caller, ModelRequest request, CallPrices prices, Action sent, CancellationToken cancellationToken)
    {
        var reserved = budget is null ? 0 : prices.AtMost(request);

        // A failed attempt may have been charged all the same, so the whole call is settled by what its attempts may have cost.
        if (budget is not null && !await budget.ReserveAsync(reserved, cancellationToken))
        {
            throw new RunStoppedException(budget.Cap);
        }

        var (cost, held) = (0m, 0m);
        try
        {
            var result = await caller.CallAsync(request, (_, token) => AnnounceAsync(reserved, sent, token), cancellationToken);
            if (result.Outcome is ModelOutcome.Answered && Interlocked.Exchange(ref _answered, 1) == 0)
            {
                ledger.BeginToStore();
            }

            var attempts = new List<ProviderCall>(result.Attempts.Count);
            foreach (var attempt in result.Attempts)
            {
                var known = prices.Of(attempt.Outcome, request.Messages);
                held += MayBeCharged(attempt) ? reserved : 0;
                cost += known ?? 0;
                attempts.Add(attempt with { CostUsd = known });
            }

            return new PaidCall(result.Outcome, attempts, held);
        }
        finally
        {
            budget?.Settle(reserved, cost + held);
        }
    }

    /// <summary>Attempts that were refused, and of which nothing will be kept: they are neither lost nor paid, and the same will be asked again.</summary>
    public async Task TakeBackAsync(int attempts)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            Sent -= attempts;
            await ledger.ReviseIntentAsync(runId, address, Sent + LeftBehind, MostReserved);
        }
        finally
        {
            _turn.Release();
        }
    }

    public static bool MayBeCharged(ProviderCall attempt) => attempt.Outcome is ModelOutcome.Failed(var failure) && CallPrices.MayBeCharged(failure);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _answered, 0) == 1)
        {
            ledger.EndToStore();
        }

        _turn.Dispose();
    }

    /// <summary>Awaited before each attempt, once it has its place among the model's concurrent calls.</summary>
    private async ValueTask AnnounceAsync(decimal reserved, Action sent, CancellationToken cancellationToken)
    {
        // One at a time: the first learns what earlier processes left, and the others count on from it.
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Asked this late because a cell may have waited long for its place. A cell that has begun goes on to its end.
            if (Sent == 0)
            {
                await beforeFirst(cancellationToken);
            }

            if (budget is not null && !await budget.ConfirmAsync(cancellationToken))
            {
                throw new RunStoppedException(budget.Cap);
            }

            // When the program stops, places are handed on to cells that will not call: they must not be counted as calls.
            cancellationToken.ThrowIfCancellationRequested();
            MostReserved = Math.Max(MostReserved, reserved);
            LeftBehind = Math.Max(LeftBehind, await ledger.IntendAsync(runId, address, ++Sent, LeftBehind, MostReserved));
        }
        finally
        {
            _turn.Release();
        }

        sent();
    }
}

/// <summary>A call with what each attempt cost, and what those may have cost of which nobody knows.</summary>
internal sealed record PaidCall(ModelOutcome Outcome, IReadOnlyList<ProviderCall> Attempts, decimal HeldUsd);
