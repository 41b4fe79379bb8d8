using FunctionsEval.Providers;

namespace FunctionsEval.Runs;

/// <summary>The run was paused or has ended, and the cell has not called its model: it is left for later.</summary>
internal sealed class RunNotActiveException(RunStatus status) : Exception($"The run is {JsonRules.Name(status)}.")
{
    public RunStatus Status => status;
}

/// <summary>No call of this model will do better for a long time: the run is paused with this reason, its cells are left for later.</summary>
internal sealed class RunHaltedException(string model, ModelFailure failure) : Exception($"{model}: {failure.Code.ToWire()}: {failure.Message}");

/// <summary>The budget does not cover another call: the run ends with what it has.</summary>
internal sealed class RunStoppedException(decimal cap) : Exception(
    FormattableString.Invariant($"The budget of ${cap:0.######} does not cover another call."));
