namespace FunctionsEval.Evaluation.Candidates;

/// <summary>Something that may enter a digest: its score, and whose voices it would bring in.</summary>
public sealed record DigestEntry(string Id, double Score, string SourceType, IReadOnlyList<string> SourceIds, string? Author = null);

/// <summary>
/// Fills a digest greedily: each pick lowers what further entries of the same type, source and author are worth, so that one loud
/// source does not fill it.
/// </summary>
public static class DiversitySelection
{
    private const double TypePenalty = 0.15;
    private const double SourcePenalty = 0.05;
    private const double AuthorPenalty = 0.08;

    public static IReadOnlyList<DigestEntry> Select(IEnumerable<DigestEntry> entries, int size)
    {
        var left = entries.OrderByDescending(entry => entry.Score).ThenBy(entry => entry.Id, StringComparer.Ordinal).ToList();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var picked = new List<DigestEntry>(Math.Min(size, left.Count));
        while (picked.Count < size && left.Count > 0)
        {
            // The first of equals stays first: the better score, then the smaller id.
            var best = left.MaxBy(entry => Adjusted(entry, counts))!;
            left.Remove(best);
            picked.Add(best);
            foreach (var voice in Voices(best))
            {
                counts[voice] = counts.GetValueOrDefault(voice) + 1;
            }
        }

        return picked;
    }

    private static double Adjusted(DigestEntry entry, Dictionary<string, int> counts) => entry.Score / (1
        + (TypePenalty * counts.GetValueOrDefault(TypeOf(entry)))
        + (SourcePenalty * entry.SourceIds.Max(source => counts.GetValueOrDefault(SourceOf(source))))
        + (AuthorPenalty * (entry.Author is { } author ? counts.GetValueOrDefault(AuthorOf(author)) : 0)));

    private static IEnumerable<string> Voices(DigestEntry entry) =>
        [TypeOf(entry), .. entry.SourceIds.Distinct(StringComparer.Ordinal).Select(SourceOf), .. entry.Author is { } author ? [AuthorOf(author)] : Array.Empty<string>()];

    private static string TypeOf(DigestEntry entry) => $"type:{entry.SourceType}";

    private static string SourceOf(string source) => $"source:{source}";

    private static string AuthorOf(string author) => $"author:{author}";
}
