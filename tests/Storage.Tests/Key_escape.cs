namespace FunctionsEval.Storage.Tests;

public sealed class Key_escape
{
    [Fact]
    public void Escaping_is_reversible_keeps_the_order_and_leaves_nothing_forbidden()
    {
        var random = new Random(7);
        var letters = Enumerable.Range(0, 0xA2).Select(code => (char)code).Append('中').ToArray();
        var keys = Enumerable.Range(0, 3000).Select(_ => new string(random.GetItems(letters, random.Next(5)))).ToArray();

        foreach (var key in keys)
        {
            var escaped = KeyEscape.Escape(key);
            Assert.Equal(key, KeyEscape.Unescape(escaped));
            Assert.Equal(escaped.Length, KeyEscape.EscapedLength(key));
            Assert.DoesNotContain(escaped, letter => letter is '/' or '\\' or '#' or '?' or '%' || char.IsControl(letter));
        }

        for (var index = 1; index < keys.Length; index++)
        {
            Assert.Equal(
                Math.Sign(string.CompareOrdinal(keys[index - 1], keys[index])),
                Math.Sign(string.CompareOrdinal(KeyEscape.Escape(keys[index - 1]), KeyEscape.Escape(keys[index]))));
        }
    }

    [Theory]
    [InlineData("run-0001|000012", "run-0001|000012")]
    [InlineData("gpt-4.1-mini", "gpt-4.2E1-mini")]
    [InlineData("a/b", "a.2Fb")]
    public void Ordinary_keys_stay_readable(string key, string escaped) => Assert.Equal(escaped, KeyEscape.Escape(key));

    [Theory]
    [InlineData("a.b")]
    [InlineData("end.")]
    [InlineData("~zz")]
    public void A_key_that_somebody_else_wrote_is_kept(string key) => Assert.Equal(key, KeyEscape.Unescape(key));
}
