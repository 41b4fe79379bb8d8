using System.Text;
using System.Text.Json;

namespace FunctionsEval.Evaluation.Documents;

/// <summary>Reads JSON (RFC 8259) into a <see cref="SourceNode"/>; no comments, no trailing commas, nothing after the value.</summary>
public static class JsonSource
{
    public const int MaxDepth = 64;

    public static SourceOutcome Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    public static SourceOutcome Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        var places = new Places(utf8);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var root = ReadNode(ref reader, ref places);

            // A further Read is what finds text after the value.
            reader.Read();
            return new SourceOutcome.Read(root);
        }
        catch (JsonException problem)
        {
            return Malformed((int)(problem.LineNumber ?? 0) + 1, (int)(problem.BytePositionInLine ?? 0) + 1, JsonReason.Of(problem));
        }
        catch (InvalidOperationException)
        {
            var (line, column) = places.At(reader.TokenStartIndex);
            return Malformed(line, column, "the text holds bytes or escapes that are not Unicode.");
        }
    }

    private static SourceNode ReadNode(ref Utf8JsonReader reader, ref Places places)
    {
        var (line, column) = places.At(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new List<SourceEntry>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var (nameLine, nameColumn) = places.At(reader.TokenStartIndex);
                    var name = reader.GetString()!;
                    reader.Read();
                    entries.Add(new SourceEntry(name, nameLine, nameColumn, ReadNode(ref reader, ref places)));
                }

                return new SourceNode.Mapping(entries, line, column);
            case JsonTokenType.StartArray:
                var items = new List<SourceNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadNode(ref reader, ref places));
                }

                return new SourceNode.Sequence(items, line, column);
            case JsonTokenType.String:
                return new SourceNode.Scalar(reader.GetString()!, Quoted: true, line, column);
            default:
                return new SourceNode.Scalar(Encoding.UTF8.GetString(reader.ValueSpan), Quoted: false, line, column);
        }
    }

    private static SourceOutcome.Malformed Malformed(int line, int column, string reason) =>
        new(new DefinitionError(line, column, "", $"The document is not valid JSON: {reason}"));

    /// <summary>Turns byte offsets that only grow into lines and columns, in one pass over the text.</summary>
    private ref struct Places(ReadOnlySpan<byte> utf8)
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private int _offset;
        private int _line = 1;
        private int _column = 1;

        public (int Line, int Column) At(long offset)
        {
            for (; _offset < offset; _offset++)
            {
                if (_utf8[_offset] == (byte)'\n')
                {
                    _line++;
                    _column = 1;
                }
                else if ((_utf8[_offset] & 0xC0) != 0x80)
                {
                    _column++;
                }
            }

            return (_line, _column);
        }
    }
}
