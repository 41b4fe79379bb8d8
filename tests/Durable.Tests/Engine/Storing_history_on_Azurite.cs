using FunctionsEval.Durable.Engine;
using FunctionsEval.Hosting.StandAlone;
using FunctionsEval.Storage.Azure;
using FunctionsEval.TestKit;

namespace FunctionsEval.Durable.Tests.Engine;

public sealed class Storing_history_on_Azurite(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task Random_orchestrations_survive_crashes_and_a_fan_out_runs()
    {
        await using var entities = new AzureEntityStore(azurite.ConnectionString, TimeProvider.System);
        var program = RandomPrograms.Make(3);
        var (expected, _) = await Surviving_crashes.RunAsync(program, new InMemoryHistoryStore(), []);
        var random = new Random(3);

        var (end, _) = await Surviving_crashes.RunAsync(
            program, new EntityHistoryStore(entities, CancellationToken.None), [.. Enumerable.Range(0, 6).Select(_ => 1 + random.Next(4))]);

        Assert.Equal(expected.SerializedOutput, end.SerializedOutput);
        var result = await Benchmarks.Fanout.MeasureAsync(
            new EntityHistoryStore(entities, CancellationToken.None), activities: 1000, orchestrations: 2, TestContext.Current.CancellationToken);
        Assert.Equal(2000, result.Activities);
        TestContext.Current.TestOutputHelper!.WriteLine($"{result}");
    }
}
