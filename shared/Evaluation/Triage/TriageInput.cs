using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FunctionsEval.Evaluation.Triage;

/// <summary>What a model is told of one candidate: the <c>triage_v1</c> input, sent as the user message.</summary>
/// <param name="Members">Other members of the candidate's cluster; the first five with a title are shown.</param>
public sealed record TriageInput(
    string BudgetTier,
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    string Id,
    string SourceType,
    string SourceName,
    string? Title,
    string? BodyText,
    string? PrimaryUrl,
    string? Author,
    DateTimeOffset? PublishedAt,
    IReadOnlyList<TriageMember> Members)
{
    private const int MaxTitle = 240;
    private const int MaxBody = 4000;
    private const int MaxMembers = 5;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Readable))
        {
            Write(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("budget_tier", BudgetTier);
        writer.WriteString("window_start", WindowStart);
        writer.WriteString("window_end", WindowEnd);
        writer.WriteStartObject("candidate");
        writer.WriteString("id", Id);
        writer.WriteString("source_type", SourceType);
        writer.WriteString("source_name", SourceName);
        writer.WriteString("title", Cut(Title, MaxTitle));
        writer.WriteString("body_text", Cut(BodyText, MaxBody));
        writer.WriteString("primary_url", Cut(PrimaryUrl, int.MaxValue));
        writer.WriteString("author", Cut(Author, int.MaxValue));
        WriteTime(writer, PublishedAt);
        writer.WriteEndObject();
        var shown = Members.Where(member => !string.IsNullOrWhiteSpace(member.Title)).Take(MaxMembers).ToList();
        if (shown.Count > 0)
        {
            writer.WriteStartArray("cluster_members");
            foreach (var member in shown)
            {
                writer.WriteStartObject();
                writer.WriteString("title", Cut(member.Title, MaxTitle));
                writer.WriteString("source_type", member.SourceType);
                writer.WriteString("source_name", member.SourceName);
                WriteTime(writer, member.PublishedAt);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter writer, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            writer.WriteString("published_at", known);
        }
        else
        {
            writer.WriteNull("published_at");
        }
    }

    private static string? Cut(string? text, int length)
    {
        var trimmed = text?.Trim();
        if (string.IsNullOrEmpty(trimmed) || trimmed.Length <= length)
        {
            return string.IsNullOrEmpty(trimmed) ? null : trimmed;
        }

        return trimmed[..(char.IsHighSurrogate(trimmed[length - 1]) ? length - 1 : length)];
    }
}

public sealed record TriageMember(string? Title, string SourceType, string SourceName, DateTimeOffset? PublishedAt);
