using FunctionsEval.Runs.Plans;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>The cells of one allocated block, as text: orchestrators read no store.</summary>
public sealed class ReadAllocation(AllocationStore allocations)
{
    public const string Name = "ReadAllocation";

    [Function(Name)]
    public Task<string> RunAsync([ActivityTrigger] AllocatedBlockInput input, CancellationToken cancellationToken) =>
        allocations.GetAsync(input.RunId, input.Block, cancellationToken);
}

/// <summary>Part of stored histories: add fields, never rename.</summary>
/// <param name="Block">Counted from the first block behind the matrix.</param>
public sealed record AllocatedBlockInput(string RunId, long Block);
