using FunctionsEval.Evaluation.Cells;

namespace FunctionsEval.Runs.Labels;

/// <summary>What a person says of one answer, on the scale of a scorer of its run.</summary>
/// <param name="Metric">The scorer.</param>
/// <param name="Labeller">Who said it: a name or a number, the same for all of one person's labels.</param>
public sealed record CellLabel(CellAddress Address, string Metric, double Value, string Labeller, DateTimeOffset At, string? Note = null);
