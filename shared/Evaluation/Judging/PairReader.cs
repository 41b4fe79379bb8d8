using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Judging;

/// <summary>What a judge says of two answers.</summary>
public abstract record PairVerdict
{
    private PairVerdict()
    {
    }

    /// <param name="Winner">1 is the first answer, -1 the second, 0 neither.</param>
    /// <param name="Reasoning">Empty where the judge gave none.</param>
    public sealed record Given(int Winner, string Reasoning) : PairVerdict;

    /// <summary>The judge is asked once more, and told the reason.</summary>
    public sealed record Unreadable(string Reason) : PairVerdict;
}

/// <summary>Reads a judge's answer: the JSON that was asked for, alone, fenced or amid prose; else a winner that the prose names plainly. What could mean more than one is none.</summary>
public static partial class PairReader
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private const string Wanted = "A, B or tie";

    private static readonly string[] WinnerNames = ["winner", "preferred", "preference", "verdict", "better", "choice", "result"];
    private static readonly string[] ReasonNames = ["reasoning", "reason", "explanation", "rationale"];

    public static PairVerdict Read(string answer)
    {
        var text = AnswerText.WithoutThoughts(answer).Trim();
        if (text.Length == 0)
        {
            return new PairVerdict.Unreadable("The judge said nothing.");
        }

        var (json, _) = AnswerJson.Find(text);
        return json is { ValueKind: JsonValueKind.Object } found ? ReadObject(found) : ReadProse(text);
    }

    private static PairVerdict ReadObject(JsonElement found)
    {
        var reasoning = Find(found, ReasonNames) is { ValueKind: JsonValueKind.String } said ? said.GetString()! : "";
        return Find(found, WinnerNames) switch
        {
            null => Unreadable($"its JSON has no winner, which must be {Wanted}"),
            { ValueKind: JsonValueKind.String } winner when WinnerOf(winner.GetString()!) is { } known => new PairVerdict.Given(known, reasoning),
            { } other => Unreadable($"its winner is {Wording.Shorten(other.GetRawText())}, not {Wanted}"),
        };
    }

    private static PairVerdict ReadProse(string text)
    {
        if (WinnerOf(text) is { } whole)
        {
            return new PairVerdict.Given(whole, "");
        }

        try
        {
            var named = Labelled().Matches(text).Select(match => WinnerOf(match.Groups["winner"].Value)).Distinct().ToList();
            return named switch
            {
                [{ } winner] => new PairVerdict.Given(winner, Wording.Bounded(text)),
                [] => Unreadable($"it has no JSON and does not name a winner, which must be {Wanted}"),
                _ => Unreadable("it has no JSON and names several winners"),
            };
        }
        catch (RegexMatchTimeoutException)
        {
            return Unreadable("it has no JSON and takes too long to search");
        }
    }

    private static int? WinnerOf(string text) => Bare().Match(text) is not { Success: true } match ? null : match.Groups["winner"].Value.ToLowerInvariant() switch
    {
        "a" => 1,
        "b" => -1,
        _ => 0,
    };

    private static PairVerdict.Unreadable Unreadable(string why) => new($"The judge's answer cannot be read: {why}.");

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

    [GeneratedRegex(@"^[\s""'*_`(\[]{0,9}(answer\s|response\s)?(?<winner>A|B|tie|tied|draw|equal)[\s""'*_`)\].!]{0,9}$", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bare();

    [GeneratedRegex(@"(?<!\w)(winner|preferred|verdict|better answer|choice)[""'*_`\]]{0,4}\s{0,3}(is|=|:|-)\s{0,3}[""'*_`(\[]{0,4}(?<winner>((answer|response)\s)?(A|B|tie|draw))(?!\w)", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Labelled();
}
