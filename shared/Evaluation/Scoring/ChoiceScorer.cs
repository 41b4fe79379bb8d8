namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// 1 when the answer names the wanted choice, 0 when it names another. The answer names a choice when it is that choice, or when that
/// choice alone stands in it as a whole word; the longest choice that fits at a place counts there. Invalid for none or several.
/// </summary>
internal sealed class ChoiceScorer : IScorer
{
    private readonly string? _value;
    private readonly StringComparison _comparison;
    private readonly string[] _choices;

    public ChoiceScorer(string name, IReadOnlyList<string> choices, string? value, bool ignoreCase)
    {
        Name = name;
        _value = value;
        _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        _choices = [.. choices.OrderByDescending(choice => choice.Length).ThenBy(choice => choice, StringComparer.Ordinal)];
    }

    public string Name { get; }

    public (double Min, double Max)? Scale => (0, 1);

    public Score Score(string answer, string? expected)
    {
        if ((_value ?? expected) is not { } wanted)
        {
            return Binary.NothingExpected;
        }

        var text = answer.AsSpan().Trim();
        string? named = null;
        foreach (var choice in _choices)
        {
            if (text.Equals(choice, _comparison))
            {
                named = choice;
            }
        }

        for (var index = 0; named?.Length != text.Length && index < text.Length;)
        {
            var choice = ChoiceAt(text, index);
            if (choice is not null && named is not null && choice != named)
            {
                return new Score.Invalid($"The answer names both {Wording.Shorten(named)} and {Wording.Shorten(choice)}.");
            }

            named ??= choice;
            index += choice?.Length ?? 1;
        }

        return named is null
            ? new Score.Invalid("The answer names none of the choices.")
            : Binary.Of(wanted.AsSpan().Trim().Equals(named, _comparison));
    }

    private string? ChoiceAt(ReadOnlySpan<char> text, int index)
    {
        if (index > 0 && IsWord(text[index - 1]) && IsWord(text[index]))
        {
            return null;
        }

        foreach (var choice in _choices)
        {
            if (text[index..].StartsWith(choice, _comparison))
            {
                var end = index + choice.Length;
                if (end == text.Length || !IsWord(text[end]) || !IsWord(choice[^1]))
                {
                    return choice;
                }
            }
        }

        return null;
    }

    private static bool IsWord(char unit) => char.IsLetterOrDigit(unit) || unit == '_';
}
