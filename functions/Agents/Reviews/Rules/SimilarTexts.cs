namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>Groups of texts that say the same: equal once normalised, or with a Jaccard index of their three-word sequences that is high enough (Broder 1997).</summary>
internal static class SimilarTexts
{
    private const int WordsPerShingle = 3;

    /// <summary>What stands in so many texts tells none of them apart.</summary>
    private const int MaxTextsPerShingle = 50;

    /// <summary>Indices of texts, by group of at least two, each in order.</summary>
    public static IEnumerable<IReadOnlyList<int>> Groups(IReadOnlyList<string> texts, double similarity)
    {
        var words = texts.Select(Words).ToList();
        var group = Enumerable.Range(0, texts.Count).ToArray();
        int Root(int index) => group[index] == index ? index : group[index] = Root(group[index]);

        foreach (var same in Enumerable.Range(0, texts.Count).GroupBy(index => string.Join(' ', words[index]), StringComparer.Ordinal))
        {
            foreach (var index in same)
            {
                group[index] = same.First();
            }
        }

        var distinct = Enumerable.Range(0, texts.Count).Where(index => group[index] == index).ToList();
        var shingles = distinct.ToDictionary(index => index, index => Shingles(words[index]));
        foreach (var ((a, b), common) in CommonShingles(shingles))
        {
            if ((double)common / (shingles[a].Count + shingles[b].Count - common) >= similarity)
            {
                var (first, second) = (Root(a), Root(b));
                group[Math.Max(first, second)] = Math.Min(first, second);
            }
        }

        return Enumerable.Range(0, texts.Count).GroupBy(Root).Where(members => members.Skip(1).Any()).Select(members => members.ToList());
    }

    private static Dictionary<(int A, int B), int> CommonShingles(Dictionary<int, HashSet<string>> shingles)
    {
        var byShingle = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var (index, own) in shingles)
        {
            foreach (var shingle in own)
            {
                if (!byShingle.TryGetValue(shingle, out var texts))
                {
                    byShingle[shingle] = texts = [];
                }

                texts.Add(index);
            }
        }

        var common = new Dictionary<(int, int), int>();
        foreach (var texts in byShingle.Values.Where(texts => texts.Count is > 1 and <= MaxTextsPerShingle))
        {
            for (var a = 0; a < texts.Count; a++)
            {
                for (var b = a + 1; b < texts.Count; b++)
                {
                    common[(texts[a], texts[b])] = common.GetValueOrDefault((texts[a], texts[b])) + 1;
                }
            }
        }

        return common;
    }

    private static string[] Words(string text)
    {
        var plain = new string([.. text.Normalize().ToLowerInvariant().Select(unit => char.IsLetterOrDigit(unit) ? unit : ' ')]);
        return plain.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private static HashSet<string> Shingles(string[] words) => words.Length < WordsPerShingle
        ? [string.Join(' ', words)]
        : [.. Enumerable.Range(0, words.Length - WordsPerShingle + 1).Select(start => string.Join(' ', words.AsSpan(start, WordsPerShingle).ToArray()))];
}
