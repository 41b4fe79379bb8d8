using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Samples;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Which cells pass, by the rules of their scorers and of the run. A model that refuses or answers nonsense does not pass; a call that failed is no answer.</summary>
internal sealed class PassingCells
{
    private static readonly Score Nothing = new Score.Invalid("No score.");

    private readonly IReadOnlyList<Evaluation.Definitions.Scenario> _items;
    private readonly IReadOnlyList<ScorerSpec> _specs;
    private readonly PassRule? _rule;

    public PassingCells(RunRecord run, IReadOnlyList<Evaluation.Definitions.Scenario> items)
    {
        (_items, _specs, _rule) = (items, run.Scorers, run.Pass is null ? null : PassRule.Read(run.Pass));
        AreCounted = !run.IsTriage && Scorers.Passes(_specs, [.. _specs.Select(_ => Nothing)], _rule) is not null;
    }

    /// <summary>False where no scorer has a scale from 0 to 1 or a rule of its own.</summary>
    public bool AreCounted { get; }

    public void Add(MultiSampleAnalysis analysis, CellRecord cell, bool wasRetried)
    {
        var (item, variant, _) = cell.Address;
        if (cell.Outcome == CellOutcome.Failed)
        {
            analysis.AddFailed(item, variant);
        }
        else if (IsUnjudged(cell))
        {
            analysis.AddInvalid(item, variant);
        }
        else
        {
            analysis.AddScore(item, variant, Passes(cell) ? 1 : 0, wasRetried);
        }
    }

    // That a judge gave no score says nothing of the answer.
    private bool IsUnjudged(CellRecord cell) => _specs.Index().Any(spec =>
        spec.Item is { Judge: not null, Weight: not 0 } && cell.Scores.ElementAtOrDefault(spec.Index) is { Value: null, Judge: not null });

    private bool Passes(CellRecord cell)
    {
        var scenario = _items[cell.Address.Item];
        return Scorers.Passes(scenario.ScorersOf(_specs), [.. _specs.Select((_, index) => ScoreOf(cell, index))], _rule) == true;
    }

    private static Score ScoreOf(CellRecord cell, int index) =>
        cell.Scores.ElementAtOrDefault(index) is { Value: { } value } ? new Score.Valued(value) : Nothing;
}
