using System.Text.Json;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Answers;

namespace FunctionsEval.Exports;

/// <summary>A run as one JSON object, or its cells as a line each.</summary>
internal static class JsonExport
{
    /// <summary>The cells come last, so that a reader may stop before them.</summary>
    public static async Task WriteAsync(RunView run, RunAnalysis? analysis, IAsyncEnumerable<Answer> answers, BufferedText text)
    {
        text.Writer.Write($"{{\"runId\":\"{run.RunId}\",\"status\":\"{JsonRules.Name(run.Status)}\",\n\"run\":");
        text.Writer.Write(JsonSerializer.Serialize(run, RunsJson.Context.RunView));
        text.Writer.Write(",\n\"analysis\":");
        text.Writer.Write(analysis is null ? "null" : JsonSerializer.Serialize(analysis, RunsJson.Context.RunAnalysis));
        text.Writer.Write(",\n\"cells\":[");
        var separator = "\n";
        await foreach (var answer in answers)
        {
            text.Writer.Write(separator);
            text.Writer.Write(JsonSerializer.Serialize(ExportedCell.Of(answer), ExportsJson.Context.ExportedCell));
            separator = ",\n";
            await text.EndCellAsync();
        }

        text.Writer.Write("\n]}\n");
    }

    public static async Task WriteLinesAsync(IAsyncEnumerable<Answer> answers, BufferedText text)
    {
        await foreach (var answer in answers)
        {
            text.Writer.Write(JsonSerializer.Serialize(ExportedCell.Of(answer), ExportsJson.Context.ExportedCell));
            text.Writer.Write('\n');
            await text.EndCellAsync();
        }
    }
}
