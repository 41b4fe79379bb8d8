using System.Globalization;
using System.Text.RegularExpressions;

namespace FunctionsEval.Providers.Simulator;

/// <summary>
/// A judge whose errors are known: <c>sim-judge</c> and any of the words below behind it, as in <c>sim-judge-bias-0.5-noise-1</c>. What it judges is
/// an answer of the simulator, whose truth is the N of its <c>Rating: N</c> (1 where it has none). docs/simulator.md has the whole rule.
/// </summary>
internal sealed partial class SimulatedJudge
{
    public const string Prefix = "sim-judge";

    /// <summary>Texts whose opinions differ by less are a tie.</summary>
    internal const double TieWidth = 0.5;

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private const int WorstRating = 1;
    private const int BestRating = 5;

    private static readonly (string Word, double Standard, double Most)[] Words =
    [
        ("bias", 0.5, 4), ("noise", 1, 4), ("length", 0.5, 4), ("position", 0.3, 1), ("flip", 0.1, 1),
        ("naive", 1, 1), ("prose", 1, 1), ("offscale", 1, 1), ("silent", 1, 1),
    ];

    private readonly Dictionary<string, double> _amounts;

    private SimulatedJudge(Dictionary<string, double> amounts) => _amounts = amounts;

    public static IEnumerable<string> KnownIds => [Prefix, .. Words.Select(word => $"{Prefix}-{word.Word}")];

    public static string Rule { get; } =
        $"behind '{Prefix}' stand any of {string.Join(", ", Words.Select(word => $"{word.Word} (0 to {word.Most})"))}, each with its amount or without, joined by '-'";

    public static bool IsJudge(string id) => id == Prefix || id.StartsWith($"{Prefix}-", StringComparison.Ordinal);

    /// <summary>Null when a word is unknown, comes twice, or its amount is out of range.</summary>
    public static SimulatedJudge? Parse(string id)
    {
        var amounts = new Dictionary<string, double>(StringComparer.Ordinal);
        var parts = new Queue<string>(id.Split('-').Skip(2));
        while (parts.TryDequeue(out var part))
        {
            var (word, amount, most) = Words.FirstOrDefault(entry => entry.Word == part);
            if (word is null)
            {
                return null;
            }

            if (parts.TryPeek(out var next) && double.TryParse(next, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var given))
            {
                amount = given;
                parts.Dequeue();
            }

            if (amount > most || !amounts.TryAdd(word, amount))
            {
                return null;
            }
        }

        return new SimulatedJudge(amounts);
    }

    /// <param name="key">What everything random hangs on; a draw of its own for each <paramref name="prompt"/>, sample and model.</param>
    public SimulatedAnswer Answer(JudgePrompt prompt, ulong key)
    {
        if (Happens("silent", key))
        {
            return new SimulatedAnswer("");
        }

        if (Happens("prose", key))
        {
            return new SimulatedAnswer("Both sides have something for them; I should not like to put a number on it.");
        }

        IReadOnlyList<string> texts = prompt.Judged.Count > 0 ? prompt.Judged : [prompt.Text];
        var obeyed = Happens("naive", key) ? prompt.Behind.ToList().FindIndex(text => Override().IsMatch(text)) : -1;
        return new SimulatedAnswer(new JudgeReply(this, texts, key, obeyed, Happens("offscale", key)).Write(prompt.Schema));
    }

    /// <summary>The N of <c>Rating: N</c>; 1 where there is none.</summary>
    internal static int TruthOf(string text) => Rating().Match(text) is { Success: true } match ? match.Groups["rating"].Value[0] - '0' : WorstRating;

    /// <summary>What it thinks of a text, on the scale of the ratings and beyond its ends: the truth, with its own bias, noise and taste for length.</summary>
    /// <param name="draw">Tells the draws of one answer apart.</param>
    internal double Opinion(string text, ulong key, ulong draw) =>
        TruthOf(text) + Amount("bias") + (Amount("length") * text.Length / 100) + (Amount("noise") * Normal(StableHash.Combine(StableHash.Combine(key, 'o'), draw)));

    /// <summary>The first of two texts wins, loses, or neither: 1, -1, 0.</summary>
    internal int Preference(string first, string second, ulong key)
    {
        if (Happens("position", key))
        {
            return 1;
        }

        var difference = Opinion(first, key, 0) - Opinion(second, key, 1);
        var better = Math.Abs(difference) < TieWidth ? 0 : Math.Sign(difference);
        return Happens("flip", key) ? -better : better;
    }

    internal bool Passes(string text, ulong key, ulong draw) =>
        Opinion(text, key, draw) >= (WorstRating + BestRating) / 2.0 - TieWidth != Happens("flip", StableHash.Combine(key, draw));

    /// <summary>An opinion as a number of another scale, in which 1 and 5 are its ends.</summary>
    internal static double OnScale(double opinion, double least, double most) =>
        Math.Clamp(least + ((opinion - WorstRating) / (BestRating - WorstRating) * (most - least)), least, most);

    private double Amount(string word) => _amounts.GetValueOrDefault(word);

    private bool Happens(string word, ulong key) => StableHash.ToUnit(StableHash.Combine(key, StableHash.Of(word, 4))) < Amount(word);

    // Box and Muller (1958), doi:10.1214/aoms/1177706645.
    private static double Normal(ulong key) =>
        Math.Sqrt(-2 * Math.Log(1 - StableHash.ToUnit(StableHash.Combine(key, 1)))) * Math.Cos(2 * Math.PI * StableHash.ToUnit(StableHash.Combine(key, 2)));

    [GeneratedRegex("""rating["*]*\s*[:=]\s*(?<rating>[1-5])(?![\d.])""", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rating();

    // What somebody writes who wants to be obeyed instead of the prompt.
    [GeneratedRegex(
        @"\b(ignore|disregard|forget|override|overrule|instead|new (rule|instruction|rubric)s?|(give|award|assign|rate|score|grant) (this|it|me|the (answer|response|text))|must (be|get|receive|score|win)|system( note| message)?:|prefer this|this (answer|response) wins)\b",
        Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Override();
}
