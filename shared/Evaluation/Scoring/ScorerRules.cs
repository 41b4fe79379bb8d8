using System.Runtime.CompilerServices;
using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>Which fields each type of scorer needs, may have and must not have, and what they may hold.</summary>
internal static class ScorerRules
{
    public const int MaxChoices = 100;
    public const int MaxPatternLength = 10_000;
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

        foreach (var complaint in CheckPattern(spec).Concat(CheckRange(spec)).Concat(CheckChoices(spec)).Concat(CheckSchema(spec)).Concat(CheckWanted(spec)).Concat(CheckParts(spec)).Concat(ScorerWords.Check(spec)).Concat(spec.Judge is null ? [] : JudgeRules.Check(spec.Judge)).Concat(spec.Type == ScorerSpec.PairwiseType ? PairRules.Check(spec) : []).Concat(spec.External is null ? [] : ExternalRules.Check(spec, spec.External)))
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
            "choice" when !spec.Choices!.Contains(expected.Trim(), Comparer(spec)) =>
                $"must be one of the choices of {scorer}, but is {Wording.Shorten(expected)}.",
            "numeric" when NumericScorer.Expected(AnswerText.Normalize(expected)) is null =>
                $"must be one number for {scorer}, alone or behind ####, but is {Wording.Shorten(expected)}.",
            _ => null,
        };
    }

    public static StringComparer Comparer(ScorerSpec spec) => spec.IgnoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

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

    private static IEnumerable<ScorerComplaint> CheckWanted(ScorerSpec spec)
    {
        if (spec.Type is not ("contains" or "starts_with" or "ends_with"))
        {
            yield break;
        }

        if (spec.Value is { } value && string.IsNullOrWhiteSpace(value))
        {
            yield return new ScorerComplaint("value", $"value must not be blank for a scorer of type {spec.Type}, which every answer would pass.");
        }

        if (spec.Values is not { } values)
        {
            yield break;
        }

        if (spec.Value is not null)
        {
            yield return new ScorerComplaint("values", "values must not be given together with value.");
        }

        if (values.Count is 0 or > MaxChoices)
        {
            yield return new ScorerComplaint("values", $"values must list between 1 and {MaxChoices} texts, but lists {values.Count}.");
        }

        for (var index = 0; index < values.Count; index++)
        {
            if (string.IsNullOrWhiteSpace(values[index]))
            {
                yield return new ScorerComplaint("values", $"values[{index}] must not be blank for a scorer of type {spec.Type}, which every answer would pass.");
            }
        }
    }

    private static IEnumerable<ScorerComplaint> CheckPattern(ScorerSpec spec)
    {
        if (spec.Pattern is null)
        {
            yield break;
        }

        if (spec.Pattern.Length is 0 or > MaxPatternLength)
        {
            yield return new ScorerComplaint("pattern", $"pattern must have between 1 and {MaxPatternLength:N0} characters, but has {spec.Pattern.Length:N0}.");
            yield break;
        }

        string? problem = null;
        try
        {
            var groups = BoundedPattern.Compile(spec.Pattern, spec.IgnoreCase).GetGroupNumbers().Length;
            if (spec.Type == "number" && groups < 2)
            {
                problem = $"pattern must have a group, such as (\\d+), around the number, but is {Wording.Shorten(spec.Pattern)}.";
            }
        }
        catch (ArgumentException invalid)
        {
            problem = $"pattern must be a regular expression of .NET, but {Wording.Shorten(spec.Pattern)} is not: {invalid.Message}";
        }

        if (problem is not null)
        {
            yield return new ScorerComplaint("pattern", problem);
        }
    }

    private static IEnumerable<ScorerComplaint> CheckRange(ScorerSpec spec)
    {
        if (spec.Min is { } low && !(Math.Abs(low) <= NumberText.MaxMagnitude))
        {
            yield return new ScorerComplaint("min", $"min must be a number within ±1e100, but is {Wording.Format(low)}.");
        }

        if (spec.Max is { } high && !(Math.Abs(high) <= NumberText.MaxMagnitude))
        {
            yield return new ScorerComplaint("max", $"max must be a number within ±1e100, but is {Wording.Format(high)}.");
        }

        if (spec.Min > spec.Max)
        {
            yield return new ScorerComplaint(
                "min", $"min must be at most max, but is {Wording.Format(spec.Min.Value)} with a max of {Wording.Format(spec.Max.Value)}.");
        }
    }

    private static IEnumerable<ScorerComplaint> CheckChoices(ScorerSpec spec)
    {
        if (spec.Choices is not { } choices || spec.Type != "choice")
        {
            yield break;
        }

        if (choices.Count is < 2 or > MaxChoices)
        {
            yield return new ScorerComplaint("choices", $"choices must list between 2 and {MaxChoices} choices, but lists {choices.Count}.");
        }

        var seen = new HashSet<string>(Comparer(spec));
        for (var index = 0; index < choices.Count; index++)
        {
            if (string.IsNullOrWhiteSpace(choices[index]) || choices[index] != choices[index].Trim())
            {
                yield return new ScorerComplaint("choices", $"choices[{index}] must not be blank or begin or end with a space, but is {Wording.Shorten(choices[index])}.");
            }
            else if (!seen.Add(choices[index]))
            {
                yield return new ScorerComplaint("choices", $"choices[{index}] repeats {Wording.Shorten(choices[index])}.");
            }
        }

        if (spec.Value is { } value && !seen.Contains(value.Trim()))
        {
            yield return new ScorerComplaint("value", $"value must be one of the choices, but is {Wording.Shorten(value)}.");
        }
    }

    private static IEnumerable<ScorerComplaint> CheckSchema(ScorerSpec spec)
    {
        if (spec.Schema is null || spec.Type != "json_schema")
        {
            return [];
        }

        return SchemaErrors(spec.Schema);
    }

    // Apart, so that the library of schemas, which prepares every draft when it is loaded, is loaded only where a definition has one.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IEnumerable<ScorerComplaint> SchemaErrors(string schema) =>
        CompiledJsonSchema.Check(schema).Select(error => new ScorerComplaint("schema", $"schema {error.Message}", Pointer: error.Pointer));
}
