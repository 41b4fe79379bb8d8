using System.Globalization;
using System.Text.Json;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the value at a path of the answer's one JSON value is the wanted one, else 0; 0 too when nothing stands there.</summary>
internal sealed class JsonPathScorer(IReadOnlyList<string> steps, bool ignoreCase) : ITextScorer
{
    public (double Min, double Max)? Scale => (0, 1);

    public bool NeedsWanted => true;

    /// <summary>The steps of "$.a.b[0]['c d']"; null when the text is no such path.</summary>
    public static IReadOnlyList<string>? ReadPath(string path)
    {
        var steps = new List<string>();
        for (var at = path.StartsWith('$') ? 1 : 0; at < path.Length;)
        {
            if (path[at] == '[')
            {
                var end = path.IndexOf(']', at);
                var inner = end < 0 ? "" : path[(at + 1)..end].Trim('\'', '"');
                if (inner.Length == 0)
                {
                    return null;
                }

                steps.Add(inner);
                at = end + 1;
                continue;
            }

            at += path[at] == '.' ? 1 : at == 0 ? 0 : path.Length;
            var stop = at >= path.Length ? -1 : path.AsSpan(at).IndexOfAny('.', '[') is var next and >= 0 ? at + next : path.Length;
            if (stop <= at || path[at..stop] == "*")
            {
                return null;
            }

            steps.Add(path[at..stop]);
            at = stop;
        }

        return steps;
    }

    public Score Score(string text, string? wanted)
    {
        var (root, reason) = AnswerJson.Find(text);
        if (root is null)
        {
            return new Score.Invalid(reason!);
        }

        var found = steps.Aggregate(root, Step);
        return Scoring.Score.Of(found is { } value && Equals(value, wanted!.Trim()));
    }

    private static JsonElement? Step(JsonElement? at, string step) => at switch
    {
        { ValueKind: JsonValueKind.Object } element when element.TryGetProperty(step, out var inner) => inner,
        { ValueKind: JsonValueKind.Array } element when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < element.GetArrayLength() => element[index],
        _ => null,
    };

    private bool Equals(JsonElement value, string wanted)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return AnswerText.Normalize(value.GetString()!).Trim().Equals(wanted, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        }

        try
        {
            using var document = JsonDocument.Parse(wanted);
            return JsonElement.DeepEquals(value, document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
