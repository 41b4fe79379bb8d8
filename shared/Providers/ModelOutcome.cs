using System.Text.Json.Serialization;

namespace FunctionsEval.Providers;

/// <summary>Stored with the calls of a conversation that goes on: add fields, never rename.</summary>
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(Failed), "failed")]
public abstract record ModelOutcome
{
    private ModelOutcome()
    {
    }

    public sealed record Answered(ModelAnswer Answer) : ModelOutcome;

    public sealed record Failed(ModelFailure Failure) : ModelOutcome;
}
