using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>Which fields each type of scorer needs, may have and must not have; what they may hold is in <see cref="ScorerValues"/> and <see cref="ScorerWords"/>.</summary>
internal static class ScorerRules
{
    public const int MaxChecks = 100;

    private static readonly string[] Common = ["invalid", "not", "weight", "pass", "reasoning"];

    // That a judge gives no score is its own failure: the answer is not punished for it.
    private static readonly string[] CommonOfJudges = ["weight", "pass", "reasoning"];
    private static readonly string[] CommonOfPairs = ["reasoning"];
    private static readonly string[] Wanted = ["value", "ignoreCase", "pattern", "take"];

    private static readonly Dictionary<string, (string[] Required, string[] Optional)> FieldsOfType = new(StringComparer.Ordinal)
    {
        ["exact"] = ([], [.. Wanted, "plain"]),
        ["contains"] = ([], [.. Wanted, "plain", "values", "match", "word"]),
        ["starts_with"] = ([], [.. Wanted, "plain", "values", "match", "word"]),
        ["ends_with"] = ([], [.. Wanted, "plain", "values", "match", "word"]),
        ["regex"] = (["pattern"], ["ignoreCase"]),
        ["number"] = ([], ["pattern", "ignoreCase", "take", "min", "max"]),
        ["numeric"] = ([], [.. Wanted, "tolerance"]),
        ["choice"] = (["choices"], Wanted),
        ["json_schema"] = (["schema"], ["pattern", "ignoreCase", "take"]),
        ["json_path"] = (["path"], Wanted),
        ["levenshtein"] = ([], [.. Wanted, "plain"]),
        ["rouge_l"] = ([], ["value", "pattern", "ignoreCase", "take"]),
        ["bleu"] = ([], Wanted),
        ["length"] = ([], ["pattern", "ignoreCase", "take", "unit", "min", "max"]),
        ["latency"] = ([], []),
        ["cost"] = ([], []),
        ["refusal"] = ([], []),
        ["checks"] = (["of"], ["match"]),
        [ScorerSpec.JudgeType] = ([], JudgeRules.Fields),
        [ScorerSpec.PairwiseType] = ([], [.. PairRules.Fields, "pairs"]),
        [ScorerSpec.CommandType] = ([], ["min", "max"]),
        [ScorerSpec.HttpType] = ([], ["min", "max"]),
    };

    public static IReadOnlyList<string> Types { get; } = [.. FieldsOfType.Keys];

    /// <summary>What is not JSON has failed a json_schema scorer, whose point it is; for the others the answer cannot be judged.</summary>
    public static InvalidAnswers InvalidAnswersOf(ScorerSpec spec) =>
        (spec.Invalid ?? (spec.Type == "json_schema" ? ScorerSpec.Zero : ScorerSpec.Exclude)) == ScorerSpec.Zero ? InvalidAnswers.Zero : InvalidAnswers.Exclude;

    public static bool HasUnitScale(ScorerSpec spec) =>
        spec.Judge is { } judge ? judge.Range() is { Min: 0, Max: 1 } : spec.External is not null ? (spec.Min ?? 0, spec.Max ?? 1) == (0, 1) : spec.Type is not ("number" or "latency" or "cost") && (spec.Type != "length" || spec.Min is not null || spec.Max is not null);

    public static IEnumerable<ScorerComplaint> Check(ScorerSpec spec)
    {
        if (!FieldsOfType.TryGetValue(spec.Type, out var fields))
        {
            var known = FieldsOfType.Keys.ToList();
            var hint = Suggestion.For(spec.Type, known) is { } close ? $" Did you mean \"{close}\"?" : "";
            yield return new ScorerComplaint("type", $"type must be one of {string.Join(", ", known)}, but is {Wording.Shorten(spec.Type)}.{hint}");
            yield break;
        }

        var given = Given(spec).ToList();
        var common = spec.Type switch
        {
            ScorerSpec.JudgeType => CommonOfJudges,
            ScorerSpec.PairwiseType => CommonOfPairs,
            _ => Common,
        };
        foreach (var missing in fields.Required.Except(given))
        {
            yield return new ScorerComplaint(missing, $"{missing} is required for a scorer of type {spec.Type}, but is missing.", ScorerComplaintRule.Missing);
        }

        foreach (var excess in given.Except(fields.Required).Except(fields.Optional).Except(common))
        {
            yield return new ScorerComplaint(excess, $"{excess} means nothing to a scorer of type {spec.Type}; it takes {string.Join(", ", fields.Required.Concat(fields.Optional).Concat(common))}.");
        }

        foreach (var complaint in ScorerValues.Check(spec).Concat(CheckParts(spec)).Concat(ScorerWords.Check(spec)).Concat(spec.Judge is null ? [] : JudgeRules.Check(spec.Judge)).Concat(spec.Type == ScorerSpec.PairwiseType ? PairRules.Check(spec) : []).Concat(spec.External is null ? [] : ExternalRules.Check(spec, spec.External)))
        {
            yield return complaint;
        }
    }

    /// <summary>Whether a scenario's expected text fits this scorer; the sentence that follows the field's name, or null.</summary>
    public static string? CheckExpected(ScorerSpec spec, string? expected)
    {
        if (spec.Of is { } parts)
        {
            return parts.Select(part => CheckExpected(part, expected)).FirstOrDefault(complaint => complaint is not null);
        }

        if (spec.Judge is { } judge)
        {
            return judge.Reference && string.IsNullOrWhiteSpace(expected) ? $"is required for scorer {Wording.Shorten(spec.Name ?? spec.Type)}, which compares with it, but is missing." : null;
        }

        if (spec.Value is not null || spec.Values is { Count: > 0 } || !FieldsOfType[spec.Type].Optional.Contains("value"))
        {
            return null;
        }

        var scorer = $"scorer {Wording.Shorten(spec.Name ?? spec.Type)}";
        return spec.Type switch
        {
            _ when expected is null => $"is required, because {scorer} has no value of its own, but is missing.",
            "contains" or "starts_with" or "ends_with" when string.IsNullOrWhiteSpace(expected) => $"must not be blank for {scorer}, which every answer would pass.",
            "exact" => null,
            _ when string.IsNullOrWhiteSpace(expected) => $"must not be blank for {scorer}.",
            "choice" when !spec.Choices!.Contains(expected.Trim(), ScorerValues.Comparer(spec)) =>
                $"must be one of the choices of {scorer}, but is {Wording.Shorten(expected)}.",
            "numeric" when NumericScorer.Expected(AnswerText.Normalize(expected)) is null =>
                $"must be one number for {scorer}, alone or behind ####, but is {Wording.Shorten(expected)}.",
            _ => null,
        };
    }

    private static IEnumerable<string> Given(ScorerSpec spec)
    {
        (string Field, bool IsGiven)[] fields =
        [
            ("value", spec.Value is not null),
            ("ignoreCase", spec.IgnoreCase),
            ("pattern", spec.Pattern is not null),
            ("min", spec.Min is not null),
            ("max", spec.Max is not null),
            ("choices", spec.Choices is not null),
            ("schema", spec.Schema is not null),
            ("values", spec.Values is not null),
            ("match", spec.Match is not null),
            ("word", spec.Word),
            ("plain", spec.Plain),
            ("take", spec.Take is not null),
            ("tolerance", spec.Tolerance is not null),
            ("path", spec.Path is not null),
            ("unit", spec.Unit is not null),
            ("invalid", spec.Invalid is not null),
            ("not", spec.Not),
            ("weight", spec.Weight is not null),
            ("pass", spec.Pass is not null),
            ("reasoning", spec.Reasoning is not null),
            ("of", spec.Of is not null),
            ("pairs", spec.Pairs is not null),
        ];
        return fields.Where(field => field.IsGiven).Select(field => field.Field);
    }

    private static IEnumerable<ScorerComplaint> CheckParts(ScorerSpec spec)
    {
        if (spec.Of is not { } parts || spec.Type != "checks")
        {
            yield break;
        }

        if (parts.Count is 0 or > MaxChecks)
        {
            yield return new ScorerComplaint("of", $"of must list between 1 and {MaxChecks} scorers, but lists {parts.Count}.");
        }

        foreach (var (index, part) in parts.Index())
        {
            foreach (var complaint in Check(part))
            {
                yield return new ScorerComplaint("of", $"of[{index}].{complaint.Message}");
            }

            if (part.External is not null)
            {
                yield return new ScorerComplaint("of", $"of[{index}].type must not be {part.Type}: what is scored outside is a scorer of its own.");
            }

            if (part.Judge is not null)
            {
                yield return new ScorerComplaint("of", $"of[{index}].type must not be {part.Type}: a judge is a scorer of its own, for its calls cost.");
            }

            if (part.Turn != 1)
            {
                yield return new ScorerComplaint("of", $"of[{index}].turn must not be given: the turn of the checks is scored.");
            }

            if (FieldsOfType.ContainsKey(part.Type) && !HasUnitScale(part) && part.Pass is null)
            {
                yield return new ScorerComplaint("of", $"of[{index}].pass is required for a scorer of type {part.Type}, whose scores have no scale from 0 to 1, but is missing.");
            }
        }
    }
}
