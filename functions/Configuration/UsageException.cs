namespace FunctionsEval.Configuration;

/// <summary>What was asked for cannot be done; the message says what to ask instead.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <param name="messages">Several things that are wrong, each told on a line of its own.</param>
    public UsageException(IReadOnlyList<string> messages)
        : this(string.Join(' ', messages)) => Messages = messages;

    public IReadOnlyList<string> Messages { get; } = [message];
}
