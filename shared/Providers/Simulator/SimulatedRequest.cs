using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace FunctionsEval.Providers.Simulator;

/// <summary>What the simulator needs of a request, read in one pass without keeping the prompt. The same messages are the same in every format.</summary>
/// <param name="Effort">The reasoning effort; null when none was asked for.</param>
/// <param name="HasTemperature">The request says a temperature.</param>
/// <param name="TokensName">The name under which it says the most tokens.</param>
internal readonly record struct SimulatedRequest(
    string Model,
    ulong Prompt,
    ulong Scene,
    int PromptBytes,
    int? MaxTokens,
    bool WantsJson,
    string? Effort = null,
    bool HasTemperature = false,
    string? TokensName = null,
    string? Problem = null,
    bool WantsTriage = false)
{
    /// <summary>What a judge is asked; null for every other model, whose prompts are not kept.</summary>
    public JudgePrompt? Judging { get; init; }

    /// <param name="model">From the URL, in the format that has it there.</param>
    public static async Task<SimulatedRequest> ReadAsync(PipeReader body, string? model, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            if (read.IsCompleted)
            {
                var request = Read(read.Buffer, model);
                body.AdvanceTo(read.Buffer.End);
                return request;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static SimulatedRequest Read(in ReadOnlySequence<byte> body, string? model)
    {
        try
        {
            var request = new SimulatedRequestParser(model).Parse(body);
            return SimulatedJudge.IsJudge(request.Model) ? request with { Judging = JudgePrompt.Read(body) } : request;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new SimulatedRequest("", 0, 0, 0, null, false, Problem: $"We could not parse the JSON body of your request: {e.Message}");
        }
    }
}
