using System.Text.Json;
using FunctionsEval.Benchmarks;

// One benchmark, one JSON object on standard output. Each is the whole work of this process, JIT included; run it several times and
// quote medians: dotnet run -c Release --project tests/Benchmarks -- run-sqlite [--cells 10000]
var benchmarks = new Dictionary<string, Func<Arguments, CancellationToken, Task<object>>>(StringComparer.Ordinal)
{
    ["run-sqlite"] = RunBenchmark.OnSqliteAsync,
    ["run-azurite"] = RunBenchmark.OnAzuriteAsync,
    ["storm"] = StormBenchmark.MeasureAsync,
    ["adapters"] = AdapterBenchmark.MeasureAsync,
    ["fanout-sqlite"] = FanoutBenchmark.OnSqliteAsync,
    ["fanout-azurite"] = FanoutBenchmark.OnAzuriteAsync,
    ["abtest-sqlite"] = AbTestBenchmark.OnSqliteAsync,
    ["import-sqlite"] = AbTestBenchmark.ImportAsync,
    ["analyze-million"] = AnalyzeBenchmark.MeasureAsync,
    ["startup"] = StartupBenchmark.OfServerAsync,
    ["startup-host"] = StartupBenchmark.OfHandlerAsync,
    ["handler-activity"] = HandlerBenchmark.ActivityAsync,
    ["handler-http"] = HandlerBenchmark.HttpAsync,
    ["handler-replay"] = HandlerBenchmark.ReplayAsync,
};

if (args is not [var name, ..] || !benchmarks.TryGetValue(name, out var benchmark))
{
    Console.Error.WriteLine($"usage: Benchmarks {string.Join("|", benchmarks.Keys)} [--cells N] [--activities N] [--concurrency N] [--runs N]");
    return 1;
}

var result = await benchmark(new Arguments(args[1..]), CancellationToken.None);
Console.WriteLine(JsonSerializer.Serialize(result, result.GetType(), JsonSerializerOptions.Web));
return 0;
