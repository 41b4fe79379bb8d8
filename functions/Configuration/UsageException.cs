namespace FunctionsEval.Configuration;

/// <summary>What was asked for cannot be done; the message says what to ask instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
