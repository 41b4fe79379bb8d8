using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FunctionsEval.Conversions;

/// <summary>Writes a definition as YAML for people: long texts as blocks, and quotes wherever a plain word could mean something else.</summary>
internal static class DefinitionYaml
{
    public static string Write(JsonObject definition, IEnumerable<string> comments)
    {
        using var text = new StringWriter { NewLine = "\n" };
        foreach (var comment in comments)
        {
            text.WriteLine($"# {comment.ReplaceLineEndings(" ")}");
        }

        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, skipAnchorName: true, indentSequences: true));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, definition);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Write(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
                foreach (var (name, value) in fields)
                {
                    Text(emitter, name);
                    Write(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray items:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Block));
                foreach (var item in items)
                {
                    Write(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                Text(emitter, value.GetValue<string>());
                break;
            default:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, node?.ToJsonString() ?? "null", ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: true));
                break;
        }
    }

    private static void Text(Emitter emitter, string text)
    {
        var isWord = text.Length > 0 && text.All(unit => char.IsAsciiLetterOrDigit(unit) || unit is '_' or '-' or ' ') && char.IsAsciiLetter(text[0]) && !text.EndsWith(' ')
            && text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n");
        var isBlock = text.Contains('\n', StringComparison.Ordinal) && !text.Any(unit => char.IsControl(unit) && unit != '\n')
            && !text.Split('\n').Any(line => line.EndsWith(' ')) && !char.IsWhiteSpace(text[0]) && !text.Contains('\u2028') && !text.Contains('\u0085');
        var style = isWord ? ScalarStyle.Plain : isBlock ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }
}
