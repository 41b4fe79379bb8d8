using FunctionsEval.Hosting.StandAlone;
using FunctionsEval.Storage;
using FunctionsEval.TestKit;

namespace FunctionsEval.Benchmarks;

/// <summary>The engine alone: no-op activities, durable on the store. The first round warms the code up and is not counted.</summary>
internal static class FanoutBenchmark
{
    public static async Task<object> OnSqliteAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        return await MeasureAsync(new StorageSettings(folder.Path), arguments, cancellationToken);
    }

    public static async Task<object> OnAzuriteAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        await using var azurite = new AzuriteFixture();
        await azurite.InitializeAsync();
        return await MeasureAsync(new StorageSettings("", azurite.ConnectionString), arguments, cancellationToken);
    }

    private static async Task<Fanout.Result> MeasureAsync(StorageSettings settings, Arguments arguments, CancellationToken cancellationToken)
    {
        await using var storage = StorageConnection.Open(settings, TimeProvider.System);
        var histories = new EntityHistoryStore(storage.Entities, CancellationToken.None);
        var activities = arguments.Get("activities", 1_000);
        await Fanout.MeasureAsync(histories, activities, arguments.Get("warmup", 5), cancellationToken);
        return await Fanout.MeasureAsync(histories, activities, arguments.Get("orchestrations", 1), cancellationToken);
    }
}
