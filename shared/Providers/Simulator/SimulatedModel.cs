using System.Globalization;

namespace FunctionsEval.Providers.Simulator;

internal enum ModelBehaviour
{
    Noisy,
    Steady,
    Better,
    Refusing,
    Malformed,
    Cut,
    Tool,
    Thinking,
    Wordy,
    Judge,
}

internal readonly record struct SimulatedAnswer(string Text, AnswerEnding Ending = AnswerEnding.Complete)
{
    public bool IsRefusal => Ending == AnswerEnding.Refused;
}

/// <summary>
/// What a model id makes the simulator say. A prompt has a base in [1.5, 3.5) that all models share; a noisy model says
/// floor(base + shift ± 1/2 + u) with a fair sign and u uniform in [0, 1). Rounding that way keeps the mean, and shift in [0, 1] keeps
/// the sum within 1..5, so nothing is clipped: the mean over samples is exactly base + shift.
/// </summary>
internal sealed class SimulatedModel
{
    public const double DefaultShift = 0.5;

    private const string Prefix = "sim-";
    private const int MostSentences = 8;

    private readonly ulong _seed;
    private readonly ulong _modelSeed;
    private long _calls;

    private SimulatedModel(string id, ModelBehaviour behaviour, double amount, long seed, SimulatedJudge? judge = null)
    {
        Id = id;
        Behaviour = behaviour;
        Amount = amount;
        Judge = judge;
        _seed = (ulong)seed;
        _modelSeed = StableHash.Of(id, _seed);
    }

    public string Id { get; }

    public ModelBehaviour Behaviour { get; }

    /// <summary>The planted shift of a better model; the share of answers in which any other one does what its name says.</summary>
    public double Amount { get; }

    /// <summary>Null for a model that answers prompts itself.</summary>
    public SimulatedJudge? Judge { get; }

    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>Reads <c>sim-steady</c>, <c>sim-better-0.3</c>, ...; null when the amount is not a number in 0..1. Any other id is noisy.</summary>
    public static SimulatedModel? Parse(string id, long seed)
    {
        if (SimulatedJudge.IsJudge(id))
        {
            return SimulatedJudge.Parse(id) is { } judge ? new SimulatedModel(id, ModelBehaviour.Judge, 0, seed, judge) : null;
        }

        foreach (var (name, behaviour, standard) in Names)
        {
            if (id.AsSpan().StartsWith(Prefix + name))
            {
                var rest = id.AsSpan(Prefix.Length + name.Length);
                if (rest.IsEmpty)
                {
                    return new SimulatedModel(id, behaviour, standard, seed);
                }

                if (rest[0] == '-')
                {
                    return double.TryParse(rest[1..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount <= 1
                        ? new SimulatedModel(id, behaviour, amount, seed)
                        : null;
                }
            }
        }

        return new SimulatedModel(id, ModelBehaviour.Noisy, 0, seed);
    }

    public static IEnumerable<string> KnownIds => [.. Names.Select(entry => Prefix + entry.Name), .. SimulatedJudge.KnownIds];

    /// <summary>What is wrong with an id that <see cref="Parse"/> does not take.</summary>
    public static string RuleOf(string id) => SimulatedJudge.IsJudge(id) ? SimulatedJudge.Rule : "the amount at its end must be a number from 0 to 1";

    private static (string Name, ModelBehaviour Behaviour, double Standard)[] Names { get; } =
    [
        ("noisy", ModelBehaviour.Noisy, 0),
        ("steady", ModelBehaviour.Steady, 0),
        ("better", ModelBehaviour.Better, DefaultShift),
        ("refusing", ModelBehaviour.Refusing, 1),
        ("malformed", ModelBehaviour.Malformed, 1),
        ("cut", ModelBehaviour.Cut, 1),
        ("tool", ModelBehaviour.Tool, 1),
        ("thinking", ModelBehaviour.Thinking, 1),
        ("wordy", ModelBehaviour.Wordy, 0.5),
    ];

    public void CountCall() => Interlocked.Increment(ref _calls);

    public void ResetCalls() => Interlocked.Exchange(ref _calls, 0);

    public ulong Key(ulong prompt, ulong sample) => StableHash.Combine(StableHash.Combine(_modelSeed, prompt), sample);

    /// <param name="scene">Hash of the first user message: what the base hangs on, so that all turns and variants share it.</param>
    /// <param name="key">From <see cref="Key"/>: what everything random hangs on.</param>
    public SimulatedAnswer Answer(ulong scene, ulong key, bool json)
    {
        var share = StableHash.ToUnit(StableHash.Combine(key, 'b'));
        return Behaviour switch
        {
            ModelBehaviour.Refusing when share < Amount => new SimulatedAnswer("I'm sorry, but I can't help with that.", AnswerEnding.Refused),
            ModelBehaviour.Malformed when share < Amount =>
                new SimulatedAnswer("Well, that depends on many things; a lighthouse keeper would see it otherwise."),
            ModelBehaviour.Cut when share < Amount => new SimulatedAnswer("", AnswerEnding.Length),
            ModelBehaviour.Tool when share < Amount => new SimulatedAnswer("", AnswerEnding.ToolCall),
            ModelBehaviour.Thinking when share < Amount => new SimulatedAnswer($"<think>\nRating: 0? No.\n</think>\n\n{Plain(scene, key, json)}"),
            ModelBehaviour.Wordy => new SimulatedAnswer(Wordy(Rating(scene, key), (int)(share * ((Amount * MostSentences) + 1)), json)),
            _ => new SimulatedAnswer(Plain(scene, key, json)),
        };
    }

    internal double Base(ulong scene) => 1.5 + (2 * StableHash.ToUnit(StableHash.Combine(_seed, scene)));

    private static string[] Lines { get; } = [.. Enumerable.Range(0, 6).Select(rating => $"Rating: {rating}")];

    private static string[] Jsons { get; } = [.. Enumerable.Range(0, 6).Select(rating => $$"""{"rating": {{rating}}}""")];

    /// <summary>The rating and so many sentences that say nothing about it.</summary>
    private static string Wordy(int rating, int sentences, bool json)
    {
        const string Sentence = "There is more that could be said about it, and it has been said before.";
        var talk = string.Join(' ', Enumerable.Repeat(Sentence, sentences));
        return json ? $$"""{"rating": {{rating}}, "comment": "{{talk}}"}""" : talk.Length == 0 ? Lines[rating] : $"{Lines[rating]}\n\n{talk}";
    }

    private string Plain(ulong scene, ulong key, bool json) => json ? Jsons[Rating(scene, key)] : Lines[Rating(scene, key)];

    private int Rating(ulong scene, ulong key)
    {
        if (Behaviour == ModelBehaviour.Steady)
        {
            return (int)Math.Floor(Base(scene) + 0.5);
        }

        var sign = (StableHash.Combine(key, 's') & 1) == 0 ? 0.5 : -0.5;
        var shift = Behaviour == ModelBehaviour.Better ? Amount : 0;
        return (int)Math.Floor(Base(scene) + shift + sign + StableHash.ToUnit(StableHash.Combine(key, 'u')));
    }
}
