using System.Globalization;
using System.Text.Json;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Judging;

/// <summary>
/// Reads a judge's answer: the JSON that was asked for, alone, fenced or amid prose; else a score that the prose names plainly, once. What could mean
/// more than one score is none.
/// </summary>
public static class VerdictReader
{
    private static readonly string[] ScoreNames = ["score", "rating", "grade", "verdict", "overall", "result"];
    private static readonly string[] ScoresNames = ["scores", "criteria", "ratings"];
    private static readonly string[] ReasonNames = ["reasoning", "reason", "explanation", "rationale"];

    public static JudgeVerdict Read(JudgeSpec judge, string answer)
    {
        var text = AnswerText.WithoutThoughts(answer).Trim();
        if (text.Length == 0)
        {
            return new JudgeVerdict.Unreadable("The judge said nothing.");
        }

        var (json, reason) = AnswerJson.Find(text);
        return json switch
        {
            { ValueKind: JsonValueKind.Object } found => ReadObject(judge, found),
            // A bare number or word is JSON too.
            { ValueKind: JsonValueKind.Number or JsonValueKind.String } => ReadProse(judge, text.Trim('"')),
            not null => Unreadable("its JSON is not an object with a score"),
            null when reason is not AnswerJson.NoJson => new JudgeVerdict.Unreadable(reason!.Replace("The answer", "The judge's answer", StringComparison.Ordinal)),
            null => ReadProse(judge, text),
        };
    }

    private static JudgeVerdict ReadObject(JudgeSpec judge, JsonElement found)
    {
        var reasoning = Find(found, ReasonNames) is { ValueKind: JsonValueKind.String } said ? said.GetString()! : "";
        if (judge.Criteria is not { } criteria)
        {
            return Find(found, ScoreNames) is { } score
                ? Number(judge, score, "score") switch
                {
                    (double value, _) => new JudgeVerdict.Given(value, null, reasoning),
                    var (_, problem) => new JudgeVerdict.Unreadable(problem!),
                }
                : Unreadable("its JSON has no score");
        }

        // The names of criteria may stand in the object itself too.
        var scores = Find(found, ScoresNames) is { ValueKind: JsonValueKind.Object } inner ? inner : found;
        var values = new List<double>(criteria.Count);
        foreach (var criterion in criteria)
        {
            if (Find(scores, [criterion.Name]) is not { } score)
            {
                return Unreadable($"its JSON has no score for criterion \"{criterion.Name}\"");
            }

            var (value, problem) = Number(judge, score.ValueKind == JsonValueKind.Object && Find(score, ScoreNames) is { } nested ? nested : score, criterion.Name);
            if (value is not { } known)
            {
                return new JudgeVerdict.Unreadable(problem!);
            }

            values.Add(known);
        }

        return new JudgeVerdict.Given(Overall(judge, values), values, reasoning);
    }

    private static JudgeVerdict ReadProse(JudgeSpec judge, string text)
    {
        var values = new List<double>();
        foreach (var name in judge.Criteria?.Select(criterion => criterion.Name) ?? [null!])
        {
            var (found, problem) = VerdictProse.Find(text, name, judge.PassFail, judge.Range().Max);
            if (found is not { } value)
            {
                return Unreadable(problem!);
            }

            if (OffScale(judge, value, name ?? "score") is { } off)
            {
                return new JudgeVerdict.Unreadable(off);
            }

            values.Add(value);
        }

        return new JudgeVerdict.Given(Overall(judge, values), judge.Criteria is null ? null : values, Wording.Bounded(text), IsRepaired: true);
    }

    private static double Overall(JudgeSpec judge, List<double> values) => judge.Overall == JudgeSpec.Min ? values.Min() : values.Average();

    private static (double? Value, string? Problem) Number(JudgeSpec judge, JsonElement score, string name)
    {
        double? value = score.ValueKind switch
        {
            JsonValueKind.Number when score.TryGetDouble(out var number) && double.IsFinite(number) => number,
            JsonValueKind.True when judge.PassFail => 1,
            JsonValueKind.False when judge.PassFail => 0,
            JsonValueKind.String => VerdictProse.Value(score.GetString()!, judge.PassFail, judge.Range().Max),
            _ => null,
        };
        return value is not { } known ? (null, $"The judge's answer cannot be read: its {name} is {Wording.Shorten(score.GetRawText())}, not {Wanted(judge)}.")
            : OffScale(judge, known, name) is { } off ? (null, off)
            : (known, null);
    }

    private static string? OffScale(JudgeSpec judge, double value, string name)
    {
        var (min, max) = judge.Range();
        return judge.PassFail && value is not (0 or 1) ? $"The judge's {name} is {Wording.Format(value)}, not pass or fail."
            : value < min || value > max ? string.Create(CultureInfo.InvariantCulture, $"The judge's {name} {value} is off the scale from {min} to {max}.")
            : null;
    }

    private static string Wanted(JudgeSpec judge) =>
        judge.PassFail ? "pass or fail" : string.Create(CultureInfo.InvariantCulture, $"a number from {judge.Range().Min} to {judge.Range().Max}");

    private static JudgeVerdict.Unreadable Unreadable(string why) => new($"The judge's answer cannot be read: {why}.");

    private static JsonElement? Find(JsonElement found, string[] names)
    {
        foreach (var name in names)
        {
            foreach (var property in found.EnumerateObject())
            {
                if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind != JsonValueKind.Null)
                {
                    return property.Value;
                }
            }
        }

        return null;
    }
}
