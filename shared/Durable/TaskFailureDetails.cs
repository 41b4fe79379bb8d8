namespace FunctionsEval.Durable;

/// <summary>Why a task or an orchestration failed, as it is kept in history.</summary>
public sealed record TaskFailureDetails(
    string ErrorType, string ErrorMessage, string? StackTrace = null, TaskFailureDetails? InnerFailure = null, bool IsNonRetriable = false)
{
    /// <summary>The type of a failure whose host gave no details.</summary>
    public const string NotGiven = "None";

    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var inner = exception switch
        {
            TaskFailedException failed => failed.FailureDetails,
            { InnerException: { } innerException } => FromException(innerException),
            _ => null,
        };
        return new TaskFailureDetails(
            exception.GetType().FullName ?? exception.GetType().Name,
            exception.Message,
            exception.StackTrace,
            inner,
            exception is INonRetriable);
    }

    /// <summary>True when the failure was an exception of this type or of one derived from it (as far as that type is loaded here).</summary>
    public bool IsCausedBy<TException>()
        where TException : Exception
    {
        if (ErrorType == typeof(TException).FullName)
        {
            return true;
        }

        var type = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(ErrorType)).FirstOrDefault(found => found is not null);
        return type is not null && typeof(TException).IsAssignableFrom(type);
    }

    public override string ToString() => $"{ErrorType}: {ErrorMessage}";
}
