using FunctionsEval.Providers;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Cells;

/// <summary>The run was paused or has ended, and the cell has not called its model: it is left for later.</summary>
internal sealed class RunNotActiveException(RunStatus status) : RunInterruptedException($"The run is {JsonRules.Name(status)}.")
{
    public RunStatus Status => status;
}

/// <summary>No call of this model will do better for a long time: the run is paused with this reason, its cells are left for later.</summary>
internal sealed class RunHaltedException(string model, ModelFailure failure) : RunInterruptedException($"{model}: {failure.Code.ToWire()}: {failure.Message}");

/// <summary>The budget does not cover another call: the run ends with what it has.</summary>
internal sealed class RunStoppedException(decimal cap) : RunInterruptedException(
    FormattableString.Invariant($"The budget of ${cap:0.######} does not cover another call."));

/// <summary>A cell or a judgement is left for later or for good, and nothing was paid for it in vain.</summary>
internal abstract class RunInterruptedException(string message) : Exception(message);

/// <summary>An activity has worked for as long as one may; the next goes on where it was.</summary>
internal sealed class TurnEndedException() : RunInterruptedException("The turn of this activity is over.");
