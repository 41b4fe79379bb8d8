using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Runs.Analysis;

internal static class ScenarioClusters
{
    /// <summary>A label an item: the same for scenarios of one cluster, its own for one that names none. Empty when none names any.</summary>
    public static int[] Of(IReadOnlyList<Scenario> items)
    {
        if (items.All(item => item.Cluster is null))
        {
            return [];
        }

        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. items.Select((item, index) =>
        {
            if (item.Cluster is not { } cluster)
            {
                return index;
            }

            if (!labels.TryGetValue(cluster, out var label))
            {
                labels[cluster] = label = items.Count + labels.Count;
            }

            return label;
        })];
    }
}
