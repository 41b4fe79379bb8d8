using System.CommandLine;
using System.Globalization;
using FunctionsEval.Providers.Simulator;

namespace FunctionsEval.Cli;

/// <summary>functionseval simulate: a simulated model server, for rehearsals without keys and cost.</summary>
internal static class SimulateCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "Port to listen on; 0 takes a free one", DefaultValueFactory = _ => 9000, CustomParser = NumberParser.Required<int> };
    private static readonly Option<long> Seed = new("--seed") { Description = "Answers, faults and latencies are functions of it", DefaultValueFactory = _ => 1, CustomParser = NumberParser.Required<long> };
    private static readonly Option<double> Latency = new("--latency") { Description = "Median latency in milliseconds", CustomParser = NumberParser.Required<double> };
    private static readonly Option<double> Spread = new("--latency-spread") { Description = "Sigma of the log-normal latency; 0 is fixed", CustomParser = NumberParser.Required<double> };
    private static readonly Option<double> Fail = new("--fail") { Description = "Share of calls that fail, split evenly over 429, 500, hang, reset and malformed", CustomParser = NumberParser.Required<double> };
    private static readonly Option<double> Fail429 = new("--fail-429") { Description = "Share answered with 429", CustomParser = NumberParser.Required<double> };
    private static readonly Option<double> Fail500 = new("--fail-500") { Description = "Share answered with 500", CustomParser = NumberParser.Required<double> };
    private static readonly Option<double> FailHang = new("--fail-hang") { Description = "Share that hangs", CustomParser = NumberParser.Required<double> };
    private static readonly Option<double> FailReset = new("--fail-reset") { Description = "Share whose connection is cut", CustomParser = NumberParser.Required<double> };
    private static readonly Option<double> FailMalformed = new("--fail-malformed") { Description = "Share answered with JSON that breaks off", CustomParser = NumberParser.Required<double> };
    private static readonly Option<double?> HangSeconds = new("--hang-seconds") { Description = "How long a hanging call hangs (default 600)", CustomParser = NumberParser.Optional<double> };
    private static readonly Option<double?> Rate = new("--rate") { Description = "Requests per second before 429 with Retry-After; without it no limit", CustomParser = NumberParser.Optional<double> };
    private static readonly Option<int?> Burst = new("--burst") { Description = "Requests that may come at once (default: one second's worth)", CustomParser = NumberParser.Optional<int> };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("simulate", "Serve simulated models on this machine, in the formats of OpenAI (two), Anthropic and Gemini")
        {
            Port, Seed, Latency, Spread, Fail, Fail429, Fail500, FailHang, FailReset, FailMalformed, HangSeconds, Rate, Burst,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new SimulatorOptions(
            Port: arguments.GetValue(Port),
            Seed: arguments.GetValue(Seed),
            Latency: TimeSpan.FromMilliseconds(arguments.GetValue(Latency)),
            LatencySpread: arguments.GetValue(Spread),
            Fail: arguments.GetValue(Fail),
            RateLimitFaults: arguments.GetValue(Fail429),
            ServerErrorFaults: arguments.GetValue(Fail500),
            HangFaults: arguments.GetValue(FailHang),
            ResetFaults: arguments.GetValue(FailReset),
            MalformedFaults: arguments.GetValue(FailMalformed),
            RequestsPerSecond: arguments.GetValue(Rate),
            Burst: arguments.GetValue(Burst),
            HangFor: arguments.GetValue(HangSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        if (options.Validate() is { } problem)
        {
            throw new UsageException(OptionNames.In(problem, arguments));
        }

        try
        {
            await using var server = await SimulatorServer.StartAsync(options, TimeProvider.System, cancellationToken);
            terminal.Out.WriteLine($"Simulated models at {server.BaseUrl} (steady, noisy, better, refusing, malformed; docs/simulator.md). Counts at {new Uri(server.BaseUrl, "/stats")}. Ctrl+C stops.");
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{server.Stats().Calls:N0} calls were served."));
            return ExitCodes.Completed;
        }
        catch (IOException exception)
        {
            throw new UsageException($"cannot listen on port {options.Port}: {exception.Message}");
        }
    }
}
