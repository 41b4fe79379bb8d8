using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Evaluation.Triage;

/// <summary>
/// Reads a model's answer: the whole text when it is an object, else the last fenced object, else the last object around a score. The
/// first of them that is JSON counts; its values are checked, never bent into range.
/// </summary>
public static class TriageParser
{
    private const string Fence = "```";
    private const int MaxOpenings = 20;

    private static readonly string[] ScoreNames = ["ai_score", "aha_score"];
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    public static TriageOutcome Parse(string answer)
    {
        using var document = Whole(answer) ?? Fenced(answer) ?? Fragment(answer);
        return document is null ? new TriageOutcome.Rejected("The answer holds no JSON object with an ai_score.") : Read(document.RootElement);
    }

    private static JsonDocument? Whole(string answer) => answer.AsSpan().TrimStart() is ['{', ..] ? TryParse(answer) : null;

    private static JsonDocument? Fenced(string answer)
    {
        for (var end = answer.LastIndexOf(Fence, StringComparison.Ordinal); end > 0;)
        {
            var start = answer.LastIndexOf(Fence, end - 1, StringComparison.Ordinal);
            if (start < 0)
            {
                return null;
            }

            // The language stands between the fence and the first brace.
            var block = answer[(start + Fence.Length)..end];
            var brace = block.IndexOf('{', StringComparison.Ordinal);
            if (brace >= 0 && block.AsSpan(0, brace).Trim().IndexOfAny('\n', '}', '"') < 0 && TryParse(block[brace..]) is { } document)
            {
                return document;
            }

            end = start;
        }

        return null;
    }

    private static JsonDocument? Fragment(string answer)
    {
        var name = ScoreNames.Max(score => answer.LastIndexOf($"\"{score}\"", StringComparison.Ordinal));
        for (var (brace, tried) = (name, 0); brace > 0 && tried < MaxOpenings; tried++)
        {
            brace = answer.LastIndexOf('{', brace - 1);
            if (brace >= 0 && TryParseStart(answer[brace..]) is { } document)
            {
                return document;
            }
        }

        return null;
    }

    private static JsonDocument? TryParse(string text)
    {
        try
        {
            var document = JsonDocument.Parse(text, Lenient);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
            // Not this part of the answer: the next one is tried.
        }

        return null;
    }

    /// <summary>The object that the text begins with, whatever follows it.</summary>
    private static JsonDocument? TryParseStart(string text)
    {
        var reader = new Utf8JsonReader(
            Encoding.UTF8.GetBytes(text), new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        try
        {
            return JsonDocument.TryParseValue(ref reader, out var document) ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TriageOutcome Read(JsonElement answer)
    {
        if (Score(answer) is not { } score)
        {
            return new TriageOutcome.Rejected("ai_score is missing or not a number.");
        }

        if (score is not (>= 0 and <= 100))
        {
            return new TriageOutcome.Rejected(string.Create(CultureInfo.InvariantCulture, $"ai_score must be between 0 and 100, but is {score}."));
        }

        if (Text(answer, "reason") is not { } reason)
        {
            return new TriageOutcome.Rejected("reason is missing or blank.");
        }

        foreach (var flag in new[] { "is_relevant", "is_novel", "should_deep_summarize" })
        {
            if (!answer.TryGetProperty(flag, out var value) || value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                return new TriageOutcome.Rejected($"{flag} must be true or false.");
            }
        }

        return new TriageOutcome.Parsed(new TriageResult(
            score,
            reason,
            answer.GetProperty("is_relevant").GetBoolean(),
            answer.GetProperty("is_novel").GetBoolean(),
            Categories(answer),
            answer.GetProperty("should_deep_summarize").GetBoolean(),
            Text(answer, "theme") ?? Text(answer, "topic") ?? "Uncategorized",
            Text(answer, "one_liner") ?? reason));
    }

    private static double? Score(JsonElement answer)
    {
        foreach (var name in ScoreNames)
        {
            if (answer.TryGetProperty(name, out var value))
            {
                return value.ValueKind switch
                {
                    JsonValueKind.Number => value.GetDouble(),
                    JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
                    _ => null,
                };
            }
        }

        return null;
    }

    private static List<string> Categories(JsonElement answer) =>
        answer.TryGetProperty("categories", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(category => category.ValueKind == JsonValueKind.String)
                .Select(category => category.GetString()!.Trim())
                .Where(category => category.Length > 0)]
            : [];

    private static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is { Length: > 0 } text
            ? text
            : null;
}
