using System.Globalization;
using System.Text.Json;
using FunctionsEval.Cli;

namespace FunctionsEval.Functions.Tests.Labels;

/// <summary>A run of two models that are equally good, a judge that likes length, and a scorer that knows the truth.</summary>
public sealed class JudgedRun : IAsyncLifetime
{
    public const int Scenarios = 60;
    public const string Plain = "openai-compatible:sim-noisy";
    public const string Wordy = "openai-compatible:sim-wordy-1";

    internal Workbench Bench { get; private set; } = null!;

    public string RunId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Bench = await Workbench.CreateAsync();
        RunId = await RunAsync(Bench);
    }

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    internal static async Task<string> RunAsync(Workbench bench)
    {
        var scenarios = string.Concat(Enumerable.Range(1, Scenarios).Select(number => FormattableString.Invariant($"  - {{ id: s{number}, prompt: 'How good is {number}?', tags: [{(number % 2 == 0 ? "even" : "odd")}] }}\n")));
        var run = await bench.RunAsync($$"""
            name: wordy
            models: [{{Plain}}, {{Wordy}}]
            samplesPerScenario: 1
            scenarios:
            {{scenarios}}
            scorers:
              - { type: judge, name: quality, model: openai-compatible:sim-judge-length-0.6-noise-0.3, rubric: How good?, scale: { min: 1, max: 5 }, pass: ">= 4" }
              - { type: number, name: truth, pattern: 'Rating: (\d)(?!\d)', min: 1, max: 5 }
            compare: { margin: 0.5 }
            """);
        Assert.Equal(ExitCodes.Completed, run.ExitCode);
        return run.Json.GetProperty("runId").GetString()!;
    }

    /// <summary>What people would say of the first so many scenarios, who see the truth, as a table.</summary>
    internal async Task<string> LabelsAsync(Workbench bench, string runId, int scenarios, string labeller = "ann")
    {
        var stored = await bench.ReadAsync(runId);
        var lines = stored.Cells.Where(cell => cell.Address.Item < scenarios).Select(cell => string.Create(
            CultureInfo.InvariantCulture, $"{stored.Items[cell.Address.Item].Id},{stored.Run.Variants[cell.Address.Variant].Name},{cell.Address.Sample},{cell.Scores[1].Value},{labeller}"));
        return $"scenario_id,variant,sample_index,label,labeller\n{string.Join('\n', lines)}\n";
    }

    internal Task<CommandResult> CommandAsync(params string[] arguments) => Bench.CommandAsync([.. arguments, "--data", Bench.Data]);

    /// <summary>The command with somebody who types these lines.</summary>
    internal async Task<string> TypeAsync(string[] lines, params string[] arguments)
    {
        await using var output = new StringWriter();
        var terminal = Bench.Terminal(output, TextWriter.Null) with { In = new StringReader(string.Join('\n', lines)) };
        Assert.Equal(ExitCodes.Completed, await CommandLine.RunAsync(terminal, [.. arguments, "--data", Bench.Data], TestContext.Current.CancellationToken));
        return output.ToString();
    }

    internal static JsonElement LabelsOf(CommandResult analyzed) => analyzed.Json.GetProperty("analysis").GetProperty("labels");
}
