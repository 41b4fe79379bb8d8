using System.Text.Json;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Answers;

namespace FunctionsEval.Exports;

/// <summary>A run as one JSON object, or its cells as a line each.</summary>
internal static class JsonExport
{
    /// <summary>The cells come last, so that a reader may stop before them.</summary>
    /// <param name="analysis">Without its statistics by scenario, which come block by block.</param>
    /// <param name="scenarios">As <see cref="AnalysisStore.ScenariosAsync"/> gives them.</param>
    public static async Task WriteAsync(RunView run, RunAnalysis? analysis, IAsyncEnumerable<(int Scorer, string Json)> scenarios, IAsyncEnumerable<Answer> answers, ExportedLabels labels, BufferedText text)
    {
        text.Writer.Write($"{{\"runId\":\"{run.RunId}\",\"status\":\"{JsonRules.Name(run.Status)}\",\n\"run\":");
        text.Writer.Write(JsonSerializer.Serialize(run, RunsJson.Context.RunView));
        text.Writer.Write(",\n\"analysis\":");
        if (analysis is null)
        {
            text.Writer.Write("null");
        }
        else
        {
            await WriteAnalysisAsync(analysis, scenarios, text);
        }

        text.Writer.Write(",\n\"cells\":[");
        var separator = "\n";
        await foreach (var answer in answers)
        {
            text.Writer.Write(separator);
            text.Writer.Write(JsonSerializer.Serialize(ExportedCell.Of(answer, labels), ExportsJson.Context.ExportedCell));
            separator = ",\n";
            await text.EndCellAsync();
        }

        text.Writer.Write("\n]}\n");
    }

    /// <summary>The object with its empty lists by scenario filled: they stand in it in the order of the scorers, as the blocks come.</summary>
    private static async Task WriteAnalysisAsync(RunAnalysis analysis, IAsyncEnumerable<(int Scorer, string Json)> scenarios, BufferedText text)
    {
        const string Empty = "\"perScenario\":[]";
        var rest = JsonSerializer.Serialize(analysis.With(_ => []), AnalysisJson.Context.RunAnalysis);
        var (reached, separator) = (-1, "");
        await foreach (var (scorer, json) in scenarios)
        {
            while (reached < scorer)
            {
                var place = rest.IndexOf(Empty, StringComparison.Ordinal) + Empty.Length - 1;
                text.Writer.Write(rest.AsSpan(0, place));
                (rest, reached, separator) = (rest[place..], reached + 1, "");
            }

            text.Writer.Write(separator);
            text.Writer.Write(json.AsSpan(1, json.Length - 2));
            separator = ",";
            await text.HandOnAsync();
        }

        text.Writer.Write(rest);
    }

    public static async Task WriteLinesAsync(IAsyncEnumerable<Answer> answers, ExportedLabels labels, BufferedText text)
    {
        await foreach (var answer in answers)
        {
            text.Writer.Write(JsonSerializer.Serialize(ExportedCell.Of(answer, labels), ExportsJson.Context.ExportedCell));
            text.Writer.Write('\n');
            await text.EndCellAsync();
        }
    }
}
