namespace FunctionsEval.Storage;

public enum SubmitStatus
{
    Applied,
    AlreadyExists,
    Conflict,
    NotFound,
}

/// <summary>How a submission ended; when it was not applied, which operation (0-based) stood in the way.</summary>
public readonly record struct SubmitResult(SubmitStatus Status, int FailedOperation = -1)
{
    public static readonly SubmitResult Applied = new(SubmitStatus.Applied);

    public bool IsApplied => Status == SubmitStatus.Applied;
}
