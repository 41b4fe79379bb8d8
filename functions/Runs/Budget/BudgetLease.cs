using System.Security.Cryptography;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Budget;

/// <summary>
/// One instance's part of a budget that several instances of the function app spend. A row for each says what it holds and what it has spent;
/// one row for all says what was spent before, so that a lease reads a handful of rows, however many cells the run has. What an instance held
/// that died counts as spent, until nobody holds anything: then the ledger, which knows every call, is added up once, and the rows begin anew.
/// </summary>
internal sealed class BudgetLease(IEntityStore entities, CellLedger ledger, RunRecord run, TimeProvider clock)
{
    private const string Turn = "!turn";

    /// <summary>An instance that has not been heard of for so long is dead.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // A quarter of what is left and at least eight calls: few leases, and the last ones are small.
    private const int Share = 4;
    private const int Calls = 8;

    private readonly string _partition = TableKeys.BudgetOf(run.RunId);
    private readonly string _row = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private DateTimeOffset _until;
    private long _epoch;
    private decimal _spentBefore;

    /// <summary>True once half of the lease's life is over.</summary>
    public bool IsOld => clock.GetUtcNow() > _until - (Lifetime / 2);

    /// <summary>Asks for at least <paramref name="needed"/>; tells at the same time what this instance holds, which makes the lease young.</summary>
    /// <param name="held">What this instance holds now.</param>
    /// <param name="spent">What this instance has spent since it began.</param>
    /// <returns>What was granted, and whether others hold something that may come back.</returns>
    public async Task<(decimal Granted, bool OthersHold)> TakeAsync(decimal held, decimal spent, decimal needed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            var account = await ReadAsync(now, cancellationToken);
            var mine = account.Epoch == _epoch ? spent - _spentBefore : 0;
            var left = (decimal)run.Calls.BudgetUsd!.Value - account.Spent - account.SpentByOthers - mine - account.OthersHold - held;
            var isCounted = account.IsNew || (left < needed && needed > 0 && account.Doubtful > 0 && held == 0 && account.OthersHold == 0);
            if (isCounted)
            {
                account = account with { Spent = await ledger.SpentAsync(run), SpentByOthers = 0, Doubtful = 0, Epoch = account.Epoch + 1 };
                (mine, left) = (0, (decimal)run.Calls.BudgetUsd.Value - account.Spent - held);
            }

            var granted = left < needed || needed <= 0 ? 0 : Math.Max(needed, Math.Min(left, Math.Max(left / Share, Calls * needed)));
            List<EntityOperation> changes =
            [
                TurnOf(account),
                .. account.Dead.Select(row => EntityOperation.Delete(_partition, row)),
                EntityOperation.Upsert(new Entity(_partition, _row)
                {
                    ["epoch"] = account.Epoch,
                    ["heldNanos"] = Money.ToNanos(held + granted),
                    ["spentNanos"] = Money.ToNanos(mine),
                    ["until"] = now + Lifetime,
                }),
            ];
            if ((await entities.SubmitAsync(TableKeys.Limits, changes, cancellationToken)).IsApplied)
            {
                (_until, _epoch, _spentBefore) = (now + Lifetime, account.Epoch, spent - mine);
                return (granted, account.OthersHold > 0);
            }
        }
    }

    /// <summary>Tells that this instance lives; false when it was taken for dead and its part is spent by others.</summary>
    public async Task<bool> RenewAsync(decimal held, decimal spent, CancellationToken cancellationToken)
    {
        while (await entities.FindAsync(TableKeys.Limits, _partition, _row, cancellationToken) is { } row)
        {
            var until = clock.GetUtcNow() + Lifetime;
            row["until"] = until;
            if ((await entities.SubmitAsync(TableKeys.Limits, EntityOperation.Replace(row), cancellationToken)).IsApplied)
            {
                _until = until;
                return true;
            }
        }

        return held <= 0 || (await TakeAsync(held: 0, spent, held, cancellationToken)).Granted > 0;
    }

    private async Task<Account> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = new List<Entity>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Limits, _partition), cancellationToken))
        {
            rows.Add(row);
        }

        var turn = rows.Find(row => row.RowKey == Turn);
        var epoch = turn?.GetInt64("epoch") ?? 0;
        var others = rows.Where(row => row.RowKey != Turn && row.RowKey != _row).ToList();
        var dead = others.Where(row => row.GetDateTimeOffset("until") < now).ToList();
        var lost = dead.Sum(Held);
        return new Account(
            turn,
            epoch,
            Spent: Nanos(turn, "spentNanos") + lost + dead.Sum(row => Spent(row, epoch)),
            SpentByOthers: others.Except(dead).Sum(row => Spent(row, epoch)),
            OthersHold: others.Except(dead).Sum(Held),
            Doubtful: Nanos(turn, "doubtfulNanos") + lost,
            [.. dead.Select(row => row.RowKey)]);
    }

    private static decimal Held(Entity row) => Nanos(row, "heldNanos");

    // What was spent before the ledger was added up is in the sum.
    private static decimal Spent(Entity row, long epoch) => row.GetInt64("epoch") == epoch ? Nanos(row, "spentNanos") : 0;

    private static decimal Nanos(Entity? row, string name) => Money.FromNanos(row?.GetInt64(name) ?? 0);

    // Whoever changes this row first has decided on what the others have read; they look again.
    private EntityOperation TurnOf(Account account)
    {
        var next = new Entity(_partition, Turn)
        {
            ["number"] = (account.Turn?.GetInt64("number") ?? 0) + 1,
            ["epoch"] = account.Epoch,
            ["spentNanos"] = Money.ToNanos(account.Spent),
            ["doubtfulNanos"] = Money.ToNanos(account.Doubtful),
        };
        next.ETag = account.Turn?.ETag;
        return account.Turn is null ? EntityOperation.Insert(next) : EntityOperation.Replace(next);
    }

    /// <param name="Spent">What was spent by nobody who is still there, and what the dead held.</param>
    /// <param name="Doubtful">Of that, what the dead held: they may not have spent it.</param>
    /// <param name="Epoch">How often the ledger was added up.</param>
    /// <param name="Dead">Rows of instances that were not heard of for too long.</param>
    private sealed record Account(
        Entity? Turn, long Epoch, decimal Spent, decimal SpentByOthers, decimal OthersHold, decimal Doubtful, IReadOnlyList<string> Dead)
    {
        public bool IsNew => Turn is null;
    }
}
