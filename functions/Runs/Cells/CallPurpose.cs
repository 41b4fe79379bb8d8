using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Cells;

/// <summary>Why a model is called, and what the call costs in credits; null where credits do not apply.</summary>
public sealed record CallPurpose(string Name, CreditRates? Rates = null)
{
    public static readonly CallPurpose Probe = new("probe");

    public static readonly CallPurpose Judge = new("judge");

    private static readonly CreditRates Free = new(0, 0);

    public static CallPurpose Of(RunRecord run) => run.IsTriage ? new CallPurpose("triage", run.Content?.Window?.Rates ?? Free) : Probe;
}
