namespace FunctionsEval.Durable.Engine;

/// <summary>The engine is not running (any more); what was accepted before is durable and goes on when it runs again.</summary>
public sealed class EngineStoppedException(Exception? innerException = null)
    : Exception("The orchestration engine is not running.", innerException);
