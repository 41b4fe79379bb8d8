namespace FunctionsEval.Evaluation.Scoring;

internal enum ScorerComplaintRule
{
    Missing,
    Invalid,
}

/// <param name="Message">Begins with the field.</param>
/// <param name="Pointer">The steps to the place inside a JSON schema.</param>
internal sealed record ScorerComplaint(string Field, string Message, ScorerComplaintRule Rule = ScorerComplaintRule.Invalid, IReadOnlyList<string>? Pointer = null);

/// <summary>Which fields each type of scorer needs, may have and must not have, and what they may hold.</summary>
internal static class ScorerRules
{
    public const int MaxChoices = 100;
    public const int MaxPatternLength = 10_000;

    private static readonly Dictionary<string, (string[] Required, string[] Optional)> FieldsOfType = new(StringComparer.Ordinal)
    {
        ["exact"] = ([], ["value", "ignoreCase"]),
        ["contains"] = ([], ["value", "ignoreCase"]),
        ["regex"] = (["pattern"], ["ignoreCase"]),
        ["number"] = ([], ["pattern", "ignoreCase", "min", "max"]),
        ["choice"] = (["choices"], ["value", "ignoreCase"]),
        ["json_schema"] = (["schema"], []),
    };

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
        foreach (var missing in fields.Required.Except(given))
        {
            yield return new ScorerComplaint(missing, $"{missing} is required for a scorer of type {spec.Type}, but is missing.", ScorerComplaintRule.Missing);
        }

        foreach (var excess in given.Except(fields.Required).Except(fields.Optional))
        {
            yield return new ScorerComplaint(excess, $"{excess} means nothing to a scorer of type {spec.Type}; it takes {string.Join(", ", fields.Required.Concat(fields.Optional))}.");
        }

        foreach (var complaint in CheckPattern(spec).Concat(CheckRange(spec)).Concat(CheckChoices(spec)).Concat(CheckSchema(spec)))
        {
            yield return complaint;
        }

        if (spec.Type == "contains" && spec.Value is { } value && string.IsNullOrWhiteSpace(value))
        {
            yield return new ScorerComplaint("value", "value must not be blank for a scorer of type contains, which every answer would pass.");
        }
    }

    /// <summary>Whether a scenario's expected text fits this scorer; the sentence that follows the field's name, or null.</summary>
    public static string? CheckExpected(ScorerSpec spec, string? expected)
    {
        if (spec.Value is not null || spec.Type is not ("exact" or "contains" or "choice"))
        {
            return null;
        }

        var scorer = $"scorer {Wording.Shorten(spec.Name ?? spec.Type)}";
        return spec.Type switch
        {
            _ when expected is null => $"is required, because {scorer} has no value of its own, but is missing.",
            "contains" when string.IsNullOrWhiteSpace(expected) => $"must not be blank for {scorer}, which every answer would pass.",
            "choice" when !spec.Choices!.Contains(expected.Trim(), Comparer(spec)) =>
                $"must be one of the choices of {scorer}, but is {Wording.Shorten(expected)}.",
            _ => null,
        };
    }

    public static StringComparer Comparer(ScorerSpec spec) => spec.IgnoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private static IEnumerable<string> Given(ScorerSpec spec)
    {
        if (spec.Value is not null)
        {
            yield return "value";
        }

        if (spec.IgnoreCase)
        {
            yield return "ignoreCase";
        }

        if (spec.Pattern is not null)
        {
            yield return "pattern";
        }

        if (spec.Min is not null)
        {
            yield return "min";
        }

        if (spec.Max is not null)
        {
            yield return "max";
        }

        if (spec.Choices is not null)
        {
            yield return "choices";
        }

        if (spec.Schema is not null)
        {
            yield return "schema";
        }
    }

    private static IEnumerable<ScorerComplaint> CheckPattern(ScorerSpec spec)
    {
        if (spec.Pattern is null || spec.Type is not ("regex" or "number"))
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
        if (spec.Min is { } low && !(Math.Abs(low) <= NumberScorer.MaxMagnitude))
        {
            yield return new ScorerComplaint("min", $"min must be a number within ±1e100, but is {Wording.Format(low)}.");
        }

        if (spec.Max is { } high && !(Math.Abs(high) <= NumberScorer.MaxMagnitude))
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

        var errors = CompiledJsonSchema.Check(spec.Schema);
        return errors.Select(error => new ScorerComplaint("schema", $"schema {error.Message}", Pointer: error.Pointer));
    }
}
