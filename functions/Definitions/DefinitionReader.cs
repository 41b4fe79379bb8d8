using System.Text;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Http;

namespace FunctionsEval.Definitions;

/// <summary>Definitions from text: JSON or YAML. What is too large is refused before a tree is built from it.</summary>
internal static class DefinitionReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static DefinitionOutcome ReadJson(string text) => ReadJson(Encoding.UTF8.GetBytes(text));

    public static DefinitionOutcome ReadJson(ReadOnlySpan<byte> utf8) =>
        JsonText.Check(utf8) is { Field: { } field } fault
            ? Rejected(utf8, (int)fault.Offset, field, fault.Message)
            : DefinitionParser.Parse(JsonSource.Parse(utf8));

    /// <summary>A document whose scenarios may be the rows of a data set.</summary>
    /// <param name="defaults">For what it does not say.</param>
    /// <param name="images">Reads the files of images; null where none may be read.</param>
    public static async Task<DefinitionOutcome> ReadAsync(
        ReadOnlyMemory<byte> utf8, bool isJson, IDatasets datasets, DefinitionDefaults defaults, CancellationToken cancellationToken, IImageFiles? images = null)
    {
        if (isJson && JsonText.Check(utf8.Span) is { Field: { } field } fault)
        {
            return Rejected(utf8.Span, (int)fault.Offset, field, fault.Message);
        }

        try
        {
            if (!isJson)
            {
                // Throws where a byte is wrong, and makes no text of the others.
                _ = Strict.GetCharCount(utf8.Span);
            }

            var source = isJson ? JsonSource.Parse(utf8.Span) : YamlSource.Parse(utf8);
            return await DefinitionParser.ParseAsync(defaults.ApplyTo(source), datasets, images, cancellationToken);
        }
        catch (DecoderFallbackException exception)
        {
            return NotUtf8(utf8.Span, exception);
        }
    }

    public static DefinitionOutcome ReadYaml(string text) => DefinitionParser.Parse(YamlSource.Parse(text));

    private static DefinitionOutcome.Rejected NotUtf8(ReadOnlySpan<byte> utf8, DecoderFallbackException exception) =>
        Rejected(utf8, exception.Index, "", "The document is not valid YAML: it holds bytes that are not UTF-8.");

    private static DefinitionOutcome.Rejected Rejected(ReadOnlySpan<byte> utf8, int offset, string field, string message)
    {
        var before = utf8[..offset];
        var line = before[(before.LastIndexOf((byte)'\n') + 1)..];
        return new DefinitionOutcome.Rejected([new DefinitionError(before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(line) + 1, field, message)]);
    }
}
