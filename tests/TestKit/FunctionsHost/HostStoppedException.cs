namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>The host has given its handler up: nothing is called any more.</summary>
public sealed class HostStoppedException() : OperationCanceledException("The host has stopped.");
