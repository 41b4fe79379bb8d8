using System.Runtime.CompilerServices;
using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>What the pattern, the bounds, the choices, the schema and the wanted texts of a scorer may hold.</summary>
internal static class ScorerValues
{
    public const int MaxChoices = 100;
    public const int MaxPatternLength = 10_000;

    public static IEnumerable<ScorerComplaint> Check(ScorerSpec spec) =>
        CheckPattern(spec).Concat(CheckRange(spec)).Concat(CheckChoices(spec)).Concat(CheckSchema(spec)).Concat(CheckWanted(spec));

    public static StringComparer Comparer(ScorerSpec spec) => spec.IgnoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

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
}
