using System.Text.Json;
using FunctionsEval.Benchmarks;

// One benchmark, one JSON object on standard output; most time whole processes of the published program. Run it several times and quote medians:
// dotnet run -c Release --project tests/Benchmarks -- run-sqlite [--cells 10000]
var benchmarks = new Dictionary<string, Func<Arguments, CancellationToken, Task<object>>>(StringComparer.Ordinal)
{
    ["run-sqlite"] = RunBenchmark.OnSqliteAsync,
    ["run-azurite"] = RunBenchmark.OnAzuriteAsync,
    ["run-one"] = RunBenchmark.OneCellAsync,
    ["run-thousand"] = RunBenchmark.ThousandCellsAsync,
    ["run-hundred-at-once"] = RunBenchmark.CallsAtOnceAsync,
    ["get-run"] = ReadBenchmark.RunAsync,
    ["help"] = RunBenchmark.HelpAsync,
    ["storm"] = StormBenchmark.MeasureAsync,
    ["abtest-sqlite"] = AbTestBenchmark.OnSqliteAsync,
    ["import-sqlite"] = AbTestBenchmark.ImportAsync,
    ["analyze-million"] = AnalyzeBenchmark.OfOneMetricAsync,
    ["analyze-metrics"] = AnalyzeBenchmark.OfManyMetricsAsync,
    ["agent-report"] = AgentBenchmark.ReportAsync,
    ["agent-review"] = AgentBenchmark.ReviewAsync,
    ["startup"] = StartupBenchmark.OfServerAsync,
    ["pages"] = PagesBenchmark.MeasureAsync,
    ["export"] = TakeAwayBenchmark.ExportAsync,
    ["runs"] = TakeAwayBenchmark.RunsAsync,
    ["answers"] = TakeAwayBenchmark.AnswersAsync,
};

if (args is not [var name, ..] || !benchmarks.TryGetValue(name, out var benchmark))
{
    Console.Error.WriteLine($"usage: Benchmarks {string.Join("|", benchmarks.Keys)} [--cells N] [--concurrency N] [--runs N] [--published DIR]");
    return 1;
}

var result = await benchmark(new Arguments(args[1..]), CancellationToken.None);
Console.WriteLine(JsonSerializer.Serialize(result, result.GetType(), JsonSerializerOptions.Web));
return 0;
