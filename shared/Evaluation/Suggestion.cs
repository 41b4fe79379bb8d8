namespace FunctionsEval.Evaluation;

/// <summary>The known name that a misspelt or shortened one most likely meant, by Levenshtein distance, case aside.</summary>
public static class Suggestion
{
    private const int LongestName = 40;
    private const int ShortestStart = 3;

    /// <summary>Null where no known name is near enough.</summary>
    public static string? For(string name, IReadOnlyList<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        if (name.Length > LongestName)
        {
            return null;
        }

        var allowed = Math.Max(1, name.Length / 3);
        var best = known
            .Select(candidate => (candidate, distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .OrderBy(pair => pair.distance)
            .FirstOrDefault();
        return best.candidate is not null && best.distance <= allowed ? best.candidate : Only(known, name);
    }

    /// <summary>The one name that begins so: samples for samplesPerScenario.</summary>
    private static string? Only(IReadOnlyList<string> known, string start)
    {
        List<string> longer = [.. known.Where(candidate => start.Length >= ShortestStart && candidate.StartsWith(start, StringComparison.OrdinalIgnoreCase))];
        return longer.Count == 1 ? longer[0] : null;
    }

    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
