using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionsEval.Runs.Answers;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Judging;

namespace FunctionsEval.Exports;

/// <summary>A cell with its scenario and what the model said last, as JSON has it.</summary>
/// <param name="Tags">Of the scenario.</param>
/// <param name="Vars">Of the scenario: what its prompt was filled with.</param>
/// <param name="Score">By the first scorer; null where it has none.</param>
/// <param name="Judging">What judges used, beside the numbers of the cell's own model.</param>
/// <param name="ReusedFrom">The cell of an earlier run that the answer was taken over from, as run/row.</param>
/// <param name="Answer">Null where no model answered.</param>
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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReusedFrom = null)
{
    public static ExportedCell Of(Answer answer) => new(
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
        answer.Cell.ReusedFrom);
}
