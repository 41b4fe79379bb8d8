using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Http;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FunctionsEval.Definitions;

/// <summary>
/// Reads one YAML document into a <see cref="SourceNode"/>. Plain scalars keep their text, so what they mean is decided by the field that
/// they stand in. Aliases share the node of their anchor; what they add is bounded, so that a small document cannot stand for a huge one.
/// </summary>
internal static partial class YamlSource
{
    public const int MaxDepth = 64;

    /// <summary>Nodes plus characters that all aliases together may stand for.</summary>
    public const long MaxAliasWeight = 16_000_000;

    private const int MaxRepairs = 20;

    private static ReadOnlySpan<byte> ByteOrderMark => "\ufeff"u8;

    public static SourceOutcome Parse(string yaml)
    {
        yaml = yaml.TrimStart('\ufeff');
        return yaml.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var zero ? Zero(yaml.AsSpan(0, zero)) : Parse(new StringReader(yaml), () => yaml);
    }

    /// <summary>The same without a text of it all, which has twice the size, unless something must be repaired.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    public static SourceOutcome Parse(ReadOnlyMemory<byte> utf8)
    {
        while (utf8.Span.StartsWith(ByteOrderMark))
        {
            utf8 = utf8[ByteOrderMark.Length..];
        }

        if (utf8.Span.IndexOf((byte)0) is >= 0 and var zero)
        {
            return Zero(Encoding.UTF8.GetString(utf8.Span[..zero]));
        }

        var bytes = MemoryMarshal.TryGetArray(utf8, out var segment) ? segment : new ArraySegment<byte>(utf8.ToArray());
        using var reader = new StreamReader(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false), Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        return Parse(reader, () => Encoding.UTF8.GetString(utf8.Span));
    }

    // For the parser it is the end, and what follows would be lost in silence.
    private static SourceOutcome.Malformed Zero(ReadOnlySpan<char> before) =>
        new(new DefinitionError(before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'), "", "The document is not valid YAML: it holds a zero byte."));

    private static SourceOutcome Parse(TextReader first, Func<string> all)
    {
        var (reader, yaml) = (first, default(string));
        for (var repairs = 0; ; repairs++)
        {
            var parser = new Parser(new Scanner(reader, skipComments: true));
            try
            {
                return new SourceOutcome.Read(new Reader(parser).ReadDocument());
            }
            catch (YamlException problem)
            {
                if (repairs == MaxRepairs || QuoteValue(yaml ?? all(), problem.Start) is not { } repaired)
                {
                    return Malformed(problem.Start, problem.Message);
                }

                (reader, yaml) = (new StringReader(repaired), repaired);
            }
            catch (InvalidOperationException)
            {
                // The scanner of YamlDotNet 16.3 gives up like this on some broken plain values.
                return Malformed(parser.Current?.End ?? Mark.Empty, "a value after this place is broken.");
            }
        }
    }

    private static SourceOutcome.Malformed Malformed(Mark at, string reason) =>
        new(new DefinitionError(Math.Max(1, (int)at.Line), Math.Max(1, (int)at.Column), "", $"The document is not valid YAML: {reason}"));

    /// <summary>
    /// YAML forbids ": " inside a plain value, yet people write <c>preamble: Answer with "Rating: N".</c> and mean just that. Such a
    /// value, alone on the line where the parser stopped, is put into quotes; null when the line is anything else.
    /// </summary>
    private static string? QuoteValue(string yaml, Mark at)
    {
        var start = 0;
        for (var line = 1; line < at.Line; line++)
        {
            start = yaml.IndexOf('\n', start) + 1;
            if (start == 0)
            {
                return null;
            }
        }

        var end = yaml.IndexOf('\n', start);
        var text = end < 0 ? yaml[start..] : yaml[start..end];
        var match = PlainValueWithColon().Match(text);
        return match.Success
            ? $"{yaml[..start]}{match.Groups["name"].Value}'{match.Groups["value"].Value.Replace("'", "''", StringComparison.Ordinal)}'{yaml[(start + match.Length)..]}"
            : null;
    }

    [GeneratedRegex(
        """^(?<name>[ ]*(?:- +)*[A-Za-z_]+: +)(?<value>[^\s"'\[\]{}&*!|>%@`#,?-](?:[^#\r]|(?<! )#)*: (?:[^#\r]|(?<! )#)*?)(?=\s*$|\s+#)""",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainValueWithColon();

    private sealed class Reader(Parser parser)
    {
        private const string TextTag = "tag:yaml.org,2002:str";

        private readonly Dictionary<string, (SourceNode Node, long Weight)> _anchors = new(StringComparer.Ordinal);
        private long _aliasWeight;
        private int _nodes;

        public SourceNode ReadDocument()
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out var end))
            {
                throw new YamlException(end.Start, end.End, "it is empty.");
            }

            parser.Consume<DocumentStart>();
            var root = ReadNode(1).Node;
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
            {
                throw new YamlException(parser.Current!.Start, parser.Current.End, "it must be one document, but a second one begins here.");
            }

            return root;
        }

        private (SourceNode Node, long Weight) ReadNode(int depth)
        {
            if (parser.TryConsume<AnchorAlias>(out var alias))
            {
                return Resolve(alias);
            }

            var start = parser.Consume<NodeEvent>();
            if (depth > MaxDepth)
            {
                throw new YamlException(start.Start, start.End, $"it must be at most {MaxDepth} levels deep.");
            }

            if (++_nodes > JsonText.MaxValues)
            {
                throw new YamlException(start.Start, start.End, $"it must hold at most {JsonText.MaxValues:N0} values.");
            }

            if (start is not Scalar && !start.Tag.IsEmpty && !start.Tag.IsNonSpecific)
            {
                throw Tagged(start);
            }

            var read = start switch
            {
                MappingStart => ReadMapping(start, depth),
                SequenceStart => ReadSequence(start, depth),
                Scalar scalar => (ReadScalar(scalar), 1 + scalar.Value.Length),
                _ => throw new YamlException(start.Start, start.End, "a value was expected."),
            };

            // Registered only when complete: an anchor cannot contain itself.
            if (!start.Anchor.IsEmpty)
            {
                _anchors[start.Anchor.Value] = read;
            }

            return read;
        }

        private (SourceNode Node, long Weight) ReadMapping(NodeEvent start, int depth)
        {
            var entries = new List<SourceEntry>();
            var weight = 1L;
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var (key, keyWeight) = ReadNode(depth + 1);
                if (key is not SourceNode.Scalar name)
                {
                    throw new YamlException(start.Start, start.End, $"the name of a field must be text, but is a mapping or a list in line {key.Line}.");
                }

                var (value, valueWeight) = ReadNode(depth + 1);
                weight += keyWeight + valueWeight;
                entries.Add(new SourceEntry(name.Text, name.Line, name.Column, value));
            }

            return (new SourceNode.Mapping(entries, Line(start), Column(start)), weight);
        }

        private (SourceNode Node, long Weight) ReadSequence(NodeEvent start, int depth)
        {
            var items = new List<SourceNode>();
            var weight = 1L;
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                var (item, itemWeight) = ReadNode(depth + 1);
                weight += itemWeight;
                items.Add(item);
                if (items.Count > JsonText.MaxEntries)
                {
                    throw new YamlException(start.Start, start.End, $"a list must have at most {JsonText.MaxEntries:N0} entries.");
                }
            }

            return (new SourceNode.Sequence(items, Line(start), Column(start)), weight);
        }

        private static SourceNode.Scalar ReadScalar(Scalar scalar)
        {
            var isText = scalar.Tag.IsNonSpecific || (!scalar.Tag.IsEmpty && scalar.Tag.Value == TextTag);
            if (!scalar.Tag.IsEmpty && !isText)
            {
                throw Tagged(scalar);
            }

            return new SourceNode.Scalar(scalar.Value, isText || scalar.Style != ScalarStyle.Plain, Line(scalar), Column(scalar));
        }

        private (SourceNode Node, long Weight) Resolve(AnchorAlias alias)
        {
            if (!_anchors.TryGetValue(alias.Value.Value, out var target))
            {
                throw new YamlException(alias.Start, alias.End, $"the alias *{alias.Value.Value} has no anchor that ends before it.");
            }

            _aliasWeight += target.Weight;
            return _aliasWeight <= MaxAliasWeight
                ? target
                : throw new YamlException(alias.Start, alias.End, $"its aliases must stand for at most {MaxAliasWeight:N0} nodes and characters together.");
        }

        private static YamlException Tagged(NodeEvent node) =>
            new(node.Start, node.End, $"tags other than !!str are not supported, but {node.Tag.Value} is given.");

        private static int Line(ParsingEvent item) => (int)item.Start.Line;

        private static int Column(ParsingEvent item) => (int)item.Start.Column;
    }
}
