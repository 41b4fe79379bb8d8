using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FunctionsEval.Evaluation.Triage;

/// <summary>What a model made of a candidate: the <c>triage_v1</c> output.</summary>
/// <param name="AiScore">0..100: up to 20 noise, up to 50 mild, up to 80 interesting, above that rare.</param>
public sealed record TriageResult(
    double AiScore,
    string Reason,
    bool IsRelevant,
    bool IsNovel,
    IReadOnlyList<string> Categories,
    bool ShouldDeepSummarize,
    string Theme,
    string OneLiner)
{
    public const string SchemaVersion = "triage_v1";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The output as it is stored: whole, in one form, and with the model that really answered, whatever the model claimed.</summary>
    public string ToJson(string provider, string model)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Readable))
        {
            writer.WriteStartObject();
            writer.WriteString("schema_version", SchemaVersion);
            writer.WriteString("prompt_id", SchemaVersion);
            writer.WriteString("provider", provider);
            writer.WriteString("model", model);
            writer.WriteNumber("ai_score", AiScore);
            writer.WriteString("reason", Reason);
            writer.WriteBoolean("is_relevant", IsRelevant);
            writer.WriteBoolean("is_novel", IsNovel);
            writer.WriteStartArray("categories");
            foreach (var category in Categories)
            {
                writer.WriteStringValue(category);
            }

            writer.WriteEndArray();
            writer.WriteBoolean("should_deep_summarize", ShouldDeepSummarize);
            writer.WriteString("theme", Theme);
            writer.WriteString("one_liner", OneLiner);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}

public abstract record TriageOutcome
{
    private TriageOutcome()
    {
    }

    public sealed record Parsed(TriageResult Result) : TriageOutcome;

    public sealed record Rejected(string Reason) : TriageOutcome;
}
