using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Statistics.Planning;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Variants;

/// <param name="By">What the variants are: prompt_variant, skill_version, model or executor.</param>
/// <param name="Method">hash: equal shares by a hash of the task's id. thompson: by their success so far.</param>
/// <param name="TaskType">Success so far is that of this type; of all when missing.</param>
/// <param name="MinExploration">The share of tasks that thompson spreads equally.</param>
public sealed record AssignmentRequest(
    string TaskId, IReadOnlyList<string> Variants, string By = "prompt_variant", string Method = AssignVariant.Hash, string? TaskType = null, double MinExploration = 0.1);

/// <param name="Probability">With which it was chosen: to be reported as assignment_probability where chance chose it.</param>
public sealed record VariantAssignment(string TaskId, string By, string Variant, string Method, double Probability);

/// <summary>Chooses the variant of a task. A task that was given one keeps it, whatever is asked later.</summary>
public sealed class AssignVariant(TaskMetrics metrics, IEntityStore entities, TimeProvider clock)
{
    public const string Hash = "hash";
    public const string Thompson = "thompson";

    private const int LearnedFromDays = 30;

    public async Task<VariantAssignment> AssignAsync(AssignmentRequest request, CancellationToken cancellationToken)
    {
        var (partition, row) = (TableKeys.AgentAssignments(request.TaskId), $"{request.By}|{request.TaskId}");
        if (await entities.FindAsync(TableKeys.AgentTasks, partition, row, cancellationToken) is { } known)
        {
            return Parse(known);
        }

        var assigned = request.Method == Thompson ? await DrawAsync(request, cancellationToken) : ByHash(request);
        var entity = new Entity(partition, row);
        entity.SetText("assignment", JsonSerializer.Serialize(assigned, VariantsJson.Context.VariantAssignment));
        return (await entities.SubmitAsync(TableKeys.AgentTasks, EntityOperation.Insert(entity), cancellationToken)).IsApplied
            ? assigned
            : Parse((await entities.FindAsync(TableKeys.AgentTasks, partition, row, cancellationToken))!);
    }

    private static VariantAssignment Parse(Entity row) => JsonSerializer.Deserialize(row.GetText("assignment")!, VariantsJson.Context.VariantAssignment)!;

    private static VariantAssignment ByHash(AssignmentRequest request)
    {
        var variants = Ordered(request);
        var place = (int)(Fraction(request) * variants.Count);
        return new VariantAssignment(request.TaskId, request.By, variants[Math.Min(place, variants.Count - 1)], Hash, 1.0 / variants.Count);
    }

    private async Task<VariantAssignment> DrawAsync(AssignmentRequest request, CancellationToken cancellationToken)
    {
        var dimension = CompareVariants.Dimensions[request.By];
        var sum = await metrics.SumAsync(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-LearnedFromDays), TaskSource.Agents, cancellationToken);
        var variants = Ordered(request);
        var seen = variants.ConvertAll(variant =>
        {
            var cells = sum.Cells.Where(cell => dimension(cell.Key) == variant && (request.TaskType is null || cell.Key.TaskType == request.TaskType)).Select(cell => cell.Value).ToList();
            return (cells.Sum(cell => cell.Completed), cells.Sum(cell => cell.Tasks));
        });
        var fraction = Fraction(request);
        var probabilities = ThompsonSampling.Probabilities(seen, request.MinExploration, seed: BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(request.TaskId))));
        for (var index = 0; index < variants.Count; index++)
        {
            fraction -= probabilities[index];
            if (fraction < 0 || index == variants.Count - 1)
            {
                return new VariantAssignment(request.TaskId, request.By, variants[index], Thompson, probabilities[index]);
            }
        }

        throw new System.Diagnostics.UnreachableException();
    }

    /// <summary>0..1, by the task's id and what is chosen among: two experiments on one task choose independently.</summary>
    private static double Fraction(AssignmentRequest request)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{request.By}|{string.Join('|', Ordered(request))}|{request.TaskId}"));
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (double)(1L << 32);
    }

    private static List<string> Ordered(AssignmentRequest request) => [.. request.Variants.Order(StringComparer.Ordinal)];
}
