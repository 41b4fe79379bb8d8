using System.Diagnostics;
using System.Text.Json;
using FunctionsEval.Durable;
using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Benchmarks;

/// <summary>Fan-out and fan-in of no-op activities in one orchestration, on any history store: the cost of the engine and its commits.</summary>
public static class Fanout
{
    public sealed record Result(int Activities, double Seconds, double ActivitiesPerSecond, double CpuMicrosecondsPerActivity, double PeakMemoryMiB);

    public static async Task<Result> MeasureAsync(IHistoryStore store, int activities, int orchestrations, CancellationToken cancellationToken)
    {
        var registry = new DurableTaskRegistry()
            .AddActivity<int, int>("NoOp", (_, number, _) => Task.FromResult(number))
            .AddOrchestrator<int, long>("FanOut", async (context, count) =>
            {
                var calls = new Task<int>[count];
                for (var number = 0; number < count; number++)
                {
                    calls[number] = context.CallActivityAsync<int>("NoOp", number);
                }

                return (await Task.WhenAll(calls)).Sum(number => (long)number);
            });
        await using var engine = new EmbeddedEngine(
            store,
            registry,
            new JsonDataConverter(JsonSerializerOptions.Web),
            new EmbeddedEngineOptions(),
            TimeProvider.System,
            new Random(17),
            NullLoggerFactory.Instance);
        await engine.StartAsync(cancellationToken);

        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var expected = $"{(long)activities * (activities - 1) / 2}";
        await Task.WhenAll(Enumerable.Range(0, orchestrations).Select(async _ =>
        {
            var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("FanOut", activities, options: null, cancellationToken);
            var end = await engine.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, cancellationToken);
            if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed || end.SerializedOutput != expected)
            {
                throw new InvalidOperationException($"Fan-out ended as {end.RuntimeStatus} with {end.SerializedOutput}, expected {expected}.");
            }
        }));
        clock.Stop();
        process.Refresh();

        var total = (double)activities * orchestrations;
        return new Result(
            (int)total,
            clock.Elapsed.TotalSeconds,
            total / clock.Elapsed.TotalSeconds,
            (process.TotalProcessorTime - cpu).TotalMicroseconds / total,
            process.PeakWorkingSet64 / 1048576.0);
    }
}
