namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>Engines and hosts that wait for one another over gRPC, which misses its times on a machine that hundreds of other tests keep busy: these classes run when no other does.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;
