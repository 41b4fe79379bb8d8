using System.Globalization;
using System.Text.Json;
using CsvHelper;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Exports;

/// <summary>A row a cell (RFC 4180, UTF-8, line feeds). No text can be taken for a formula by a spreadsheet.</summary>
internal sealed class CsvExport(RunRecord run, ExportedLabels labels, BufferedText text)
{
    private readonly CsvWriter _csv = CsvWriter.Create(text.Writer, new CsvWriterOptions { NewLine = "\n", Injection = CsvInjection.Escape }, leaveOpen: true);

    private IEnumerable<(int Index, string Name)> Judges => run.Scorers.Index().Where(scorer => scorer.Item.Judge is not null).Select(scorer => (scorer.Index, scorer.Item.Name!));

    private bool HasJudges => run.Scorers.Any(scorer => scorer.Judge is not null);

    public async Task WriteAsync(IAsyncEnumerable<Scenario> scenarios, IAsyncEnumerable<Answer> answers, bool hasBom)
    {
        if (hasBom)
        {
            text.Writer.Write('\ufeff');
        }

        var variables = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var scenario in scenarios)
        {
            variables.UnionWith(scenario.Vars?.Keys ?? []);
        }

        WriteHeads(variables);
        await foreach (var answer in answers)
        {
            Write(answer, variables);
            await text.EndCellAsync();
        }

        _csv.Flush();
    }

    private void WriteHeads(SortedSet<string> variables)
    {
        string[] heads =
        [
            "scenario_id", "scenario_name", "tags", .. variables.Select(name => $"var_{name}"), "variant", "model", "sample_index", "outcome",
            .. run.Scorers.Select(scorer => $"score_{scorer.Name}"),
            .. Judges.SelectMany(judge => new[] { $"judges_{judge.Name}", $"reason_{judge.Name}" }), .. HasJudges ? ["judge_cost_usd"] : Array.Empty<string>(), "input_tokens", "output_tokens", "cost_usd", "latency_ms", "started_at", "answer", "error",
            .. run.ReusedRun is null ? Array.Empty<string>() : ["reused_from"], .. labels.Metrics.Select(metric => $"label_{metric}"),
        ];
        foreach (var head in heads)
        {
            _csv.WriteField(head);
        }

        _csv.EndRecord();
    }

    private void Write(Answer answer, SortedSet<string> variables)
    {
        var (scenario, cell) = (answer.Scenario, answer.Cell);
        _csv.WriteField(scenario.Id);
        _csv.WriteField(scenario.Name);
        _csv.WriteField(string.Join(' ', scenario.Tags ?? []));
        foreach (var name in variables)
        {
            _csv.WriteField(scenario.Vars?.TryGetValue(name, out var value) == true ? Plain(value) : null);
        }

        _csv.WriteField(answer.Variant.Name);
        _csv.WriteField(answer.Variant.Model);
        _csv.WriteField(cell.Address.Sample);
        _csv.WriteField(JsonRules.Name(cell.Outcome));
        for (var index = 0; index < run.Scorers.Count; index++)
        {
            _csv.WriteField(cell.Scores.ElementAtOrDefault(index)?.Value);
        }

        foreach (var (index, _) in Judges)
        {
            var judge = cell.Scores.ElementAtOrDefault(index)?.Judge;
            _csv.WriteField(judge?.ValuesInWords());
            _csv.WriteField(judge?.Reason);
        }

        if (HasJudges)
        {
            _csv.WriteField(cell.Judging is { UnpricedCalls: 0 } judging ? judging.CostUsd : null);
        }

        _csv.WriteField(cell.InputTokens);
        _csv.WriteField(cell.OutputTokens);
        _csv.WriteField(cell.CostUsd);
        _csv.WriteField(answer.DurationMs);
        _csv.WriteField(cell.StartedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        _csv.WriteField(answer.Text);
        _csv.WriteField(cell.Error is { } error ? $"{error.Code}: {error.Message}" : null);
        if (run.ReusedRun is not null)
        {
            _csv.WriteField(cell.ReusedFrom);
        }

        foreach (var metric in labels.Metrics)
        {
            _csv.WriteField(labels.MeanOf(cell.Address, metric));
        }

        _csv.EndRecord();
    }

    private static string Plain(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
