using FunctionsEval.Evaluation.Triage;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Digests;

/// <summary>
/// What digests have spent: the tokens that the ledger counted for each of them, at the rates that were fixed when it started. A
/// digest counts on the day on which it began. A/B tests have no rates and never count.
/// </summary>
public sealed class Credits(IEntityStore entities, RunStore runs, CellLedger cells, CreditLimits limits, CreditRates rates, TimeProvider clock)
{
    private const int CharactersPerToken = 4;

    public CreditRates Rates => rates;

    public async Task<CreditStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (monthly, daily) = await UsedAsync(now, cancellationToken);
        monthly -= await ResetsAsync("monthly", Month(now), cancellationToken);
        daily -= await ResetsAsync("daily", Day(now), cancellationToken);
        return CreditStatus.Of(limits, Math.Max(0, monthly), Math.Max(0, daily));
    }

    /// <summary>From here on the period counts from zero.</summary>
    /// <param name="period">daily or monthly.</param>
    public async Task<CreditStatus> ResetAsync(string period, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var status = await StatusAsync(cancellationToken);
        var row = new Entity(ResetPartition(period, period == "daily" ? Day(now) : Month(now)), RunId.New(now))
        {
            ["credits"] = period == "daily" ? status.DailyUsed : status.MonthlyUsed,
            ["resetAt"] = now,
        };
        await entities.SubmitAsync(TableKeys.Credits, EntityOperation.Insert(row), cancellationToken);
        return await StatusAsync(cancellationToken);
    }

    /// <summary>The most that the triage of one candidate may cost: a full answer, twice.</summary>
    public double WorstCaseOf(string instructions, string input) =>
        2 * rates.Of((instructions.Length + input.Length + CharactersPerToken) / CharactersPerToken, TriagePrompt.MaxTokensFor(null));

    private async Task<(double Monthly, double Daily)> UsedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (monthly, daily) = (0.0, 0.0);
        await foreach (var run in runs.AllAsync(cancellationToken))
        {
            // Newest first: what comes now is older still.
            if (Month(run.CreatedAt) != Month(now))
            {
                break;
            }

            if (run.Content?.Window?.Rates is not { } then)
            {
                continue;
            }

            var used = (await cells.CountAsync(run, cancellationToken)).Sum(count => then.Of(count.InputTokens, count.OutputTokens));
            monthly += used;
            daily += Day(run.CreatedAt) == Day(now) ? used : 0;
        }

        return (monthly, daily);
    }

    private async Task<double> ResetsAsync(string period, string start, CancellationToken cancellationToken)
    {
        var sum = 0.0;
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Credits, ResetPartition(period, start)), cancellationToken))
        {
            sum += row.GetDouble("credits") ?? 0;
        }

        return sum;
    }

    private static string ResetPartition(string period, string start) => $"{period}|{start}";

    private static string Month(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMM", System.Globalization.CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);
}
