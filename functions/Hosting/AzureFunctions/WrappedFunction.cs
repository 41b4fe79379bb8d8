namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>What the host calls by <c>POST /{Name}</c>: the handler of a function whose function.json has these bindings.</summary>
/// <param name="Trigger">The type of its trigger, as function.json has it.</param>
/// <param name="Binding">The name of that binding.</param>
/// <param name="HasClient">True when it also has the durableClient binding.</param>
internal sealed record WrappedFunction(
    string Name, string Trigger, string Binding, bool HasClient, Func<ReadOnlyMemory<byte>, CancellationToken, Task<WrappedReply>> RunAsync);
