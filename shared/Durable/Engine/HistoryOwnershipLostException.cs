namespace FunctionsEval.Durable.Engine;

/// <summary>Another engine owns the store now: this one must stop and write nothing more.</summary>
public sealed class HistoryOwnershipLostException(string message, Exception? innerException = null) : Exception(message, innerException);
