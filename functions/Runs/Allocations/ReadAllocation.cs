namespace FunctionsEval.Runs.Allocations;

/// <summary>The cells of one allocated block, as text: orchestrators read no store.</summary>
public sealed class ReadAllocation(AllocationStore allocations)
{
    public const string Name = "ReadAllocation";

    internal Task<string> RunAsync(AllocatedBlockInput input, CancellationToken cancellationToken) =>
        allocations.GetAsync(input.RunId, input.Block, cancellationToken);
}
