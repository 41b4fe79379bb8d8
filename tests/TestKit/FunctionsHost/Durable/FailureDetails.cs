using FunctionsEval.TestKit.FunctionsHost.Durable.Wire;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>TaskFailureDetails of the protocol.</summary>
public sealed record FailureDetails(
    string ErrorType, string ErrorMessage, string? StackTrace = null, FailureDetails? Inner = null, bool IsNonRetriable = false)
{
    internal static FailureDetails? Read(WireMessage? message) => message is null
        ? null
        : new FailureDetails(message.Text(1), message.Text(2), message.Wrapped(3), Read(message.Find(4)), message.Flag(5));

    internal void Write(WireWriter writer)
    {
        writer.Text(1, ErrorType).Text(2, ErrorMessage).Wrapped(3, StackTrace);
        if (Inner is { } inner)
        {
            writer.Message(4, inner.Write);
        }

        writer.Flag(5, IsNonRetriable);
    }
}
