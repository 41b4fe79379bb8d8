using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Evaluation.Documents;

/// <summary>Writes a source tree as compact JSON: unquoted scalars become what the YAML core schema says they are.</summary>
internal static class SourceJson
{
    /// <summary>Null, with the place and the reason, when the tree has no meaning in JSON.</summary>
    public static string? Write(SourceNode node, out (SourceNode At, string Message)? problem)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            problem = Write(node, writer);
            if (problem is not null)
            {
                writer.Reset();
                return null;
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static (SourceNode At, string Message)? Write(SourceNode node, Utf8JsonWriter writer)
    {
        switch (node)
        {
            case SourceNode.Mapping mapping:
                var names = new HashSet<string>(StringComparer.Ordinal);
                writer.WriteStartObject();
                foreach (var entry in mapping.Entries)
                {
                    if (!names.Add(entry.Name))
                    {
                        return (entry.Value, $"must not name a field twice, but has {Wording.Shorten(entry.Name)} again.");
                    }

                    writer.WritePropertyName(entry.Name);
                    if (Write(entry.Value, writer) is { } inner)
                    {
                        return inner;
                    }
                }

                writer.WriteEndObject();
                return null;
            case SourceNode.Sequence sequence:
                writer.WriteStartArray();
                foreach (var item in sequence.Items)
                {
                    if (Write(item, writer) is { } inner)
                    {
                        return inner;
                    }
                }

                writer.WriteEndArray();
                return null;
            case SourceNode.Scalar scalar:
                return Write(scalar, writer);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static (SourceNode At, string Message)? Write(SourceNode.Scalar scalar, Utf8JsonWriter writer)
    {
        if (scalar.IsNull())
        {
            writer.WriteNullValue();
        }
        else if (scalar.AsBoolean() is { } truth)
        {
            writer.WriteBooleanValue(truth);
        }
        else if (scalar.AsInteger() is { } integer)
        {
            writer.WriteNumberValue(integer);
        }
        else if (scalar.AsNumber() is { } number)
        {
            if (!double.IsFinite(number))
            {
                return (scalar, string.Create(CultureInfo.InvariantCulture, $"must hold finite numbers, but has {scalar.Text}."));
            }

            writer.WriteNumberValue(number);
        }
        else if (TextRule.Text.Check("schema", scalar.Text) is not null)
        {
            return (scalar, "holds a text that is too long or not valid Unicode.");
        }
        else
        {
            writer.WriteStringValue(scalar.Text);
        }

        return null;
    }
}
