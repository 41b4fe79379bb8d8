using System.Globalization;
using System.Text;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// Normalization form C (Unicode Standard Annex 15). The runtime's own leaves text as it is in the invariant mode that this program runs in, and
/// then an e with an accent that follows it is not the letter with the accent. Compatibility ideographs are left as they are.
/// </summary>
internal static class UnicodeComposition
{
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int Vowels = 21;
    private const int Tails = 28;
    private const int Syllables = 19 * Vowels * Tails;

    private static readonly Lazy<Tables> Known = new(Tables.Read);

    public static string Compose(string text)
    {
        // Below the first combining mark every text is composed.
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02ff') < 0)
        {
            return text;
        }

        var tables = Known.Value;
        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, runes, tables);
        }

        Order(runes, tables);
        return Compose(runes, tables);
    }

    private static void Decompose(int rune, List<int> to, Tables tables)
    {
        if (rune - SyllableBase is var index and >= 0 and < Syllables)
        {
            to.Add(LeadBase + (index / (Vowels * Tails)));
            to.Add(VowelBase + (index % (Vowels * Tails) / Tails));
            if (index % Tails > 0)
            {
                to.Add(TailBase + (index % Tails));
            }
        }
        else if (tables.Parts.TryGetValue(rune, out var parts))
        {
            Decompose(parts.First, to, tables);
            if (parts.Second != 0)
            {
                to.Add(parts.Second);
            }
        }
        else
        {
            to.Add(rune);
        }
    }

    /// <summary>Marks of one letter in the order of their classes; a long run of them is sorted, not bubbled.</summary>
    private static void Order(List<int> runes, Tables tables)
    {
        for (var start = 0; start < runes.Count;)
        {
            var end = start;
            while (end < runes.Count && tables.ClassOf(runes[end]) > 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var sorted = runes.GetRange(start, end - start).OrderBy(tables.ClassOf).ToList();
                for (var index = 0; index < sorted.Count; index++)
                {
                    runes[start + index] = sorted[index];
                }
            }

            start = Math.Max(end, start + 1);
        }
    }

    private static string Compose(List<int> runes, Tables tables)
    {
        var (starter, lastClass, kept) = (-1, 0, 0);
        for (var index = 0; index < runes.Count; index++)
        {
            var rune = runes[index];
            var itsClass = tables.ClassOf(rune);
            var isBlocked = starter >= 0 && kept - 1 > starter && lastClass >= itsClass;
            if (starter >= 0 && !isBlocked && Pair(runes[starter], rune, tables) is { } composed)
            {
                runes[starter] = composed;
                continue;
            }

            if (itsClass == 0)
            {
                starter = kept;
            }

            lastClass = itsClass;
            runes[kept++] = rune;
        }

        var builder = new StringBuilder(kept);
        for (var index = 0; index < kept; index++)
        {
            builder.Append(new Rune(runes[index]).ToString());
        }

        return builder.ToString();
    }

    private static int? Pair(int first, int second, Tables tables)
    {
        if (first - LeadBase is var lead and >= 0 and < 19 && second - VowelBase is var vowel and >= 0 and < Vowels)
        {
            return SyllableBase + (((lead * Vowels) + vowel) * Tails);
        }

        if (first - SyllableBase is var syllable and >= 0 and < Syllables && syllable % Tails == 0 && second - TailBase is var tail and > 0 and < Tails)
        {
            return first + tail;
        }

        return tables.Composed.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private sealed class Tables
    {
        public Dictionary<int, (int First, int Second)> Parts { get; } = [];

        public Dictionary<(int First, int Second), int> Composed { get; } = [];

        private Dictionary<int, int> Classes { get; } = [];

        public int ClassOf(int rune) => rune < 0x300 ? 0 : Classes.GetValueOrDefault(rune);

        public static Tables Read()
        {
            var tables = new Tables();
            using var stream = typeof(UnicodeComposition).Assembly.GetManifestResourceStream("FunctionsEval.Evaluation.Scoring.composition.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                var fields = line.Split(' ');
                switch (fields[0])
                {
                    case "M":
                        for (var rune = Hex(fields[1]); rune <= Hex(fields[2]); rune++)
                        {
                            tables.Classes[rune] = int.Parse(fields[3], CultureInfo.InvariantCulture);
                        }

                        break;
                    case "=" or "<":
                        var parts = (Hex(fields[2]), fields.Length > 3 ? Hex(fields[3]) : 0);
                        tables.Parts[Hex(fields[1])] = parts;
                        if (fields[0] == "=")
                        {
                            tables.Composed[parts] = Hex(fields[1]);
                        }

                        break;
                }
            }

            return tables;
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
