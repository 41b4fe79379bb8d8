using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Providers;

namespace FunctionsEval.Runs.Cells;

/// <summary>
/// A conversation of several turns, as it is kept against the end of the process. Whoever finishes it asks none of its turns again and
/// stores its calls with the cell.
/// </summary>
/// <param name="Calls">All that were made for it so far; read back, their answers' texts are empty: the transcript has them.</param>
/// <param name="HeldUsd">What those of them may have cost whose answers were lost.</param>
/// <param name="LostCalls">Calls of processes that died before.</param>
public sealed record KeptConversation(Transcript Transcript, IReadOnlyList<ProviderCall> Calls, decimal HeldUsd = 0, int LostCalls = 0);
