using System.Text.Json;
using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the answer, or its first fenced block, is JSON that fits the schema; 0 when it is other JSON; invalid when it is none.</summary>
internal sealed class JsonSchemaScorer(string name, JsonSchema schema) : IScorer
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    public string Name => name;

    public (double Min, double Max)? Scale => (0, 1);

    public Score Score(string answer, string? expected)
    {
        using var document = ParseJson(answer.AsMemory().Trim()) ?? (FencedBlock(answer) is { } block ? ParseJson(block) : null);
        if (document is null)
        {
            return new Score.Invalid("The answer is not JSON, nor is its first fenced block.");
        }

        try
        {
            return Binary.Of(schema.Accepts(document.RootElement));
        }
        catch (RegexMatchTimeoutException)
        {
            return new Score.Invalid(BoundedPattern.TimeoutReason);
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 alone is legal JSON, but no text.
            return new Score.Invalid("The answer is JSON with text that is not Unicode.");
        }
    }

    private static JsonDocument? ParseJson(ReadOnlyMemory<char> text)
    {
        // Prose is the common case, and an exception for it costs more than all the rest.
        if (text.IsEmpty || !"{[\"-0123456789tfn".Contains(text.Span[0]))
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(text, Strict);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<char>? FencedBlock(string answer)
    {
        const string Fence = "```";
        var open = answer.IndexOf(Fence, StringComparison.Ordinal);
        var start = open < 0 ? -1 : answer.IndexOf('\n', open);
        var end = start < 0 ? -1 : answer.IndexOf(Fence, start, StringComparison.Ordinal);
        return end < 0 ? null : answer.AsMemory(start, end - start).Trim();
    }
}
