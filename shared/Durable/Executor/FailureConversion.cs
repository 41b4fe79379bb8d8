namespace FunctionsEval.Durable.Executor;

/// <summary>Failure details to and from the wire.</summary>
internal static class FailureConversion
{
    public static Protocol.TaskFailureDetails ToProtocol(this TaskFailureDetails details) => new()
    {
        ErrorType = details.ErrorType,
        ErrorMessage = details.ErrorMessage,
        StackTrace = details.StackTrace,
        InnerFailure = details.InnerFailure?.ToProtocol(),
        IsNonRetriable = details.IsNonRetriable,
    };

    /// <summary>A host may leave the details out (an unknown activity, a terminated sub-orchestration): then there is nothing more to say.</summary>
    public static TaskFailureDetails FromProtocol(this Protocol.TaskFailureDetails? details) => details is null
        ? new TaskFailureDetails(TaskFailureDetails.NotGiven, "The task failed; its host gave no details.")
        : new TaskFailureDetails(
            details.ErrorType,
            details.ErrorMessage,
            details.StackTrace,
            details.InnerFailure?.FromProtocol(),
            details.IsNonRetriable);
}
