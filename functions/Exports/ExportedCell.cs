using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Labels;

namespace FunctionsEval.Exports;

/// <summary>A cell with its scenario and what the model said last, as JSON has it.</summary>
/// <param name="Tags">Of the scenario.</param>
/// <param name="Vars">Of the scenario: what its prompt was filled with.</param>
/// <param name="Score">By the first scorer; null where it has none.</param>
/// <param name="Judging">What judges used, beside the numbers of the cell's own model.</param>
/// <param name="ReusedFrom">The cell of an earlier run that the answer was taken over from, as run/row.</param>
/// <param name="Answer">Null where no model answered.</param>
/// <param name="Labels">What people said of it; null where nobody did.</param>
public sealed record ExportedCell(
    int ItemIndex,
    string ScenarioId,
    string ScenarioName,
    IReadOnlyList<string>? Tags,
    IReadOnlyDictionary<string, JsonElement>? Vars,
    string Variant,
    string Model,
    int SampleIndex,
    CellOutcome Outcome,
    double? Score,
    IReadOnlyList<NamedScore> Scores,
    long? InputTokens,
    long? OutputTokens,
    decimal? CostUsd,
    long DurationMs,
    DateTimeOffset StartedAt,
    string? Answer,
    CellError? Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JudgeUsage? Judging = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReusedFrom = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ExportedLabel>? Labels = null)
{
    internal static ExportedCell Of(Answer answer, ExportedLabels? labels = null) => new(
        answer.ItemIndex,
        answer.Scenario.Id,
        answer.Scenario.Name,
        answer.Scenario.Tags,
        answer.Scenario.Vars,
        answer.Variant.Name,
        answer.Variant.Model,
        answer.Cell.Address.Sample,
        answer.Cell.Outcome,
        answer.Cell.Score,
        answer.Cell.Scores,
        answer.Cell.InputTokens,
        answer.Cell.OutputTokens,
        answer.Cell.CostUsd,
        answer.DurationMs,
        answer.Cell.StartedAt,
        answer.Text,
        answer.Cell.Error,
        answer.Cell.Judging,
        answer.Cell.ReusedFrom,
        labels?.Of(answer.Cell.Address) is { Count: > 0 } own ? [.. own.Select(label => new ExportedLabel(label.Metric, label.Value, label.Labeller, label.Note))] : null);
}

/// <param name="Metric">The scorer on whose scale it is.</param>
public sealed record ExportedLabel(string Metric, double Value, string Labeller, string? Note);

/// <summary>The labels of people of one run, by cell; they are few beside the cells.</summary>
internal sealed class ExportedLabels(IReadOnlyList<CellLabel> all)
{
    private readonly ILookup<CellAddress, CellLabel> _byCell = all.ToLookup(label => label.Address);

    /// <summary>What was labelled, in order.</summary>
    public IReadOnlyList<string> Metrics { get; } = [.. all.Select(label => label.Metric).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public IReadOnlyList<CellLabel> Of(CellAddress address) => [.. _byCell[address]];

    /// <summary>The mean of what people said; null where nobody did.</summary>
    public double? MeanOf(CellAddress address, string metric) => _byCell[address].Where(label => label.Metric == metric).Select(label => (double?)label.Value).Average();
}
