using System.Reflection;
using System.Runtime.InteropServices;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Connection;

namespace FunctionsEval.Health;

/// <summary>Looks at what the program depends on; the answer is kept for ten seconds.</summary>
public sealed class HealthCheck(StorageConnection storage, ProviderKeys keys, PriceTable prices, TimeProvider clock, PipelineStorageQueue? queue = null)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int OldPricesDays = 180;

    private HealthReport? _last;

    public async Task<HealthReport> CheckAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_last is { } last && now - last.CheckedAt < KeptFor)
        {
            return last;
        }

        var store = await ProbeAsync(
            storage.Description, token => storage.Entities.FindAsync(TableKeys.Runs, TableKeys.AllRuns, "health", token), cancellationToken);
        var jobs = queue is null
            ? new DependencyHealth("in this process", Reachable: true)
            : await ProbeAsync(storage.Description, queue.WaitingAsync, cancellationToken);
        var warnings = keys.Present.Values.Any(isSet => isSet) ? new List<string>() : ["No model API key is set: runs of models that need one are refused."];
        var age = DateOnly.FromDateTime(now.UtcDateTime).DayNumber - prices.Oldest.DayNumber;
        if (age > OldPricesDays)
        {
            warnings.Add($"Some prices are {age} days old: costs and budgets may be wrong. Name a newer table by FUNCTIONSEVAL_PRICES.");
        }

        var report = new HealthReport(
            store.Reachable && jobs.Reachable,
            Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
            RuntimeInformation.FrameworkDescription,
            store,
            jobs,
            keys.Present,
            warnings,
            now,
            new PriceTableHealth(prices.Version, prices.Oldest, age));
        return _last = report;
    }

    private static async Task<DependencyHealth> ProbeAsync(string description, Func<CancellationToken, Task> probe, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await probe(patience.Token).WaitAsync(patience.Token);
            return new DependencyHealth(description, Reachable: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DependencyHealth(description, Reachable: false, $"No answer within {Patience.TotalSeconds} seconds.");
        }
        catch (StorageException exception)
        {
            return new DependencyHealth(description, Reachable: false, exception.Message);
        }
    }
}

/// <summary>The names of the environment variables with provider keys, and which are set. Never a value.</summary>
public sealed record ProviderKeys(IReadOnlyDictionary<string, bool> Present);
