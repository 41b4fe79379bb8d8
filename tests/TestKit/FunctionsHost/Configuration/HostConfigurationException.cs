namespace FunctionsEval.TestKit.FunctionsHost.Configuration;

/// <summary>A script root that the Functions host would refuse, and why.</summary>
public sealed class HostConfigurationException(string message) : Exception(message);
