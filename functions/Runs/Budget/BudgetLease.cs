using System.Security.Cryptography;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Budget;

/// <summary>
/// One process's part of a budget that several processes spend. What was spent is read from the ledger, which never knows too little; a row
/// for each process says what it holds on top, so all together never reserve more than the cap. A process that dies gives its part back
/// when its row is too old.
/// </summary>
internal sealed class BudgetLease(IEntityStore entities, CellLedger ledger, RunRecord run, TimeProvider clock)
{
    private const string Turn = "!turn";

    /// <summary>A process that has not been heard of for so long is dead.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // A quarter of what is left and at least eight calls: few leases, and the last ones are small.
    private const int Share = 4;
    private const int Calls = 8;

    private readonly string _partition = TableKeys.BudgetOf(run.RunId);
    private readonly string _row = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private DateTimeOffset _until;

    /// <summary>True once half of the lease's life is over.</summary>
    public bool IsOld => clock.GetUtcNow() > _until - (Lifetime / 2);

    /// <summary>Asks for at least <paramref name="needed"/>; tells at the same time what this process holds, which makes the lease young.</summary>
    /// <returns>What was granted, and whether others hold something that may come back.</returns>
    public async Task<(decimal Granted, bool OthersHold)> TakeAsync(decimal held, decimal needed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            Entity? turn = null;
            var (others, changes) = (0L, new List<EntityOperation>());

            // The rows are read before the ledger: what moves from a row into the ledger meanwhile is counted twice rather than not at all.
            await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Limits, _partition), cancellationToken))
            {
                if (row.RowKey == Turn)
                {
                    turn = row;
                }
                else if (row.RowKey != _row && row.GetDateTimeOffset("until") < now)
                {
                    changes.Add(EntityOperation.Delete(_partition, row.RowKey));
                }
                else if (row.RowKey != _row)
                {
                    others += row.GetInt64("heldNanos") ?? 0;
                }
            }

            var left = (decimal)run.BudgetUsd!.Value - await ledger.SpentAsync(run) - Money.FromNanos(others) - held;
            var granted = left < needed || needed <= 0 ? 0 : Math.Max(needed, Math.Min(left, Math.Max(left / Share, Calls * needed)));
            changes.Insert(0, TurnOf(turn));
            changes.Add(EntityOperation.Upsert(new Entity(_partition, _row)
            {
                ["heldNanos"] = Money.ToNanos(held + granted),
                ["until"] = now + Lifetime,
            }));
            if ((await entities.SubmitAsync(TableKeys.Limits, changes, cancellationToken)).IsApplied)
            {
                _until = now + Lifetime;
                return (granted, others > 0);
            }
        }
    }

    /// <summary>Tells that this process lives; false when it was taken for dead and its part is spent by others.</summary>
    public async Task<bool> RenewAsync(decimal held, CancellationToken cancellationToken)
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

        return held <= 0 || (await TakeAsync(held: 0, held, cancellationToken)).Granted > 0;
    }

    // Whoever changes this row first has decided on what the others have read; they look again.
    private EntityOperation TurnOf(Entity? read)
    {
        var next = new Entity(_partition, Turn) { ["number"] = (read?.GetInt64("number") ?? 0) + 1 };
        next.ETag = read?.ETag;
        return read is null ? EntityOperation.Insert(next) : EntityOperation.Replace(next);
    }
}
