using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Budget;

/// <summary>What cells of the same definition and variant really used in earlier runs.</summary>
/// <param name="JudgeOutputTokens">What its judges said.</param>
public sealed record PastUsage(long Cells, long InputTokens, long OutputTokens, long JudgeCalls = 0, long JudgeOutputTokens = 0)
{
    private const int NewestRuns = 20;

    /// <summary>By variant name, from the newest runs; a variant that was never answered is not in it.</summary>
    public static async Task<IReadOnlyDictionary<string, PastUsage>> FindAsync(
        string definitionId, IReadOnlyList<Variant> variants, RunStore runs, CellLedger cells, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, PastUsage>(StringComparer.Ordinal);
        var (newest, _) = await runs.ListAsync(NewestRuns, continuation: null, cancellationToken);
        foreach (var run in newest.Where(run => run.DefinitionId == definitionId))
        {
            var counts = await cells.CountAsync(run, cancellationToken);
            foreach (var (index, variant) in run.Variants.Index().Where(entry => variants.Contains(entry.Item)))
            {
                var (answered, input, output) = (counts[index].Answered, counts[index].InputTokens, counts[index].OutputTokens);
                if (answered > 0 && input > 0)
                {
                    var before = found.GetValueOrDefault(variant.Name) ?? new PastUsage(0, 0, 0);
                    found[variant.Name] = new PastUsage(
                        before.Cells + answered, before.InputTokens + input, before.OutputTokens + output,
                        before.JudgeCalls + counts[index].JudgeCalls, before.JudgeOutputTokens + counts[index].JudgeOutputTokens);
                }
            }
        }

        return found;
    }
}
