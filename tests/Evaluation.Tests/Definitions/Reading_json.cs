using System.Text;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Evaluation.Tests.Definitions;

public sealed class Reading_json
{
    [Fact]
    public void Nodes_know_their_line_and_column_in_characters()
    {
        var root = Assert.IsType<SourceNode.Mapping>(Read("{\n  \"é\": \"日本\", \"b\": [1,\r\n true]}"));

        Assert.Equal((1, 1), (root.Line, root.Column));
        Assert.Equal(("é", 2, 3), (root.Entries[0].Name, root.Entries[0].Line, root.Entries[0].Column));
        Assert.Equal((2, 14), (root.Entries[1].Line, root.Entries[1].Column));
        var list = Assert.IsType<SourceNode.Sequence>(root.Entries[1].Value);
        Assert.Equal(new SourceNode.Scalar("1", Quoted: false, 2, 20), list.Items[0]);
        Assert.Equal(new SourceNode.Scalar("true", Quoted: false, 3, 2), list.Items[1]);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("{\"a\":1} x", 1)]
    [InlineData("{\n\"a\":1\n}\n{", 4)]
    [InlineData("{\n\"a\":,}", 2)]
    [InlineData("{\"a\":1,}", 1)]
    [InlineData("// no\n{}", 1)]
    [InlineData("{\"a\":01}", 1)]
    [InlineData("{\"a\":\n\"\\ud800\"}", 2)]
    public void Malformed_json_names_its_line(string json, int line)
    {
        var malformed = Assert.IsType<SourceOutcome.Malformed>(JsonSource.Parse(json));

        Assert.Equal(line, malformed.Error.Line);
        Assert.StartsWith("The document is not valid JSON: ", malformed.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", malformed.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_is_not_json_at_all_is_not_quoted_whole()
    {
        var malformed = Assert.IsType<SourceOutcome.Malformed>(JsonSource.Parse("name: n\n" + new string('x', 10_000)));

        Assert.Equal("The document is not valid JSON: it holds a word that is no JSON value.", malformed.Error.Message);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_malformed() =>
        Assert.IsType<SourceOutcome.Malformed>(JsonSource.Parse([(byte)'"', 0xC3, 0x28, (byte)'"']));

    [Fact]
    public void Depth_is_bounded() =>
        Assert.IsType<SourceOutcome.Malformed>(JsonSource.Parse(new string('[', 100_000)));

    [Fact]
    public void A_byte_order_mark_is_skipped() =>
        Assert.IsType<SourceOutcome.Read>(JsonSource.Parse([.. Encoding.UTF8.Preamble, (byte)'1']));

    private static SourceNode Read(string json) => Assert.IsType<SourceOutcome.Read>(JsonSource.Parse(json)).Root;
}
