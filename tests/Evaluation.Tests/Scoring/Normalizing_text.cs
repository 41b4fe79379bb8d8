using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Scoring;

public sealed class Normalizing_text
{
    // Python: unicodedata.normalize("NFC", text) of random sequences, seed 5.
    [Theory]
    [InlineData("cafe\u0301", "caf\u00e9")]
    [InlineData("\u1100\u1161\u11a8", "\uac01")]
    [InlineData("\uac00\u11a8", "\uac01")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("a\u0301\u0323", "\u1ea1\u0301")]
    [InlineData("o\u031b\u0301", "\u1edb")]
    [InlineData("\u0307\u0020\u0328\U00011099\uac00\U000110ba", "\u0307\u0020\u0328\U00011099\uac00\U000110ba")]
    [InlineData("\u0041\U000110ba\u0345\u1e0b\u0323\u212b", "\u0041\U000110ba\u0345\u1e0d\u0307\u00c5")]
    [InlineData("\u05b0\u0301", "\u05b0\u0301")]
    [InlineData("\u0328\u1100", "\u0328\u1100")]
    [InlineData("\u0302\u11a8\u006f", "\u0302\u11a8\u006f")]
    [InlineData("\u0323\u0041\u0020\u0300\u031b\u0307", "\u0323\u0041\u0020\u031b\u0300\u0307")]
    [InlineData("\u05bc\u05d0\u1e0b", "\u05bc\u05d0\u1e0b")]
    [InlineData("\u0301\u1e0b\U00011099\u0061\u0055", "\u0301\u1e0b\U00011099\u0061\u0055")]
    [InlineData("\u0313\u0345\u0055\u0055\u0041\u05d0", "\u0313\u0345\u0055\u0055\u0041\u05d0")]
    [InlineData("\u0300\u1e0b", "\u0300\u1e0b")]
    [InlineData("\u0301\u05d0\u0301", "\u0301\u05d0\u0301")]
    [InlineData("\u0327\u0300\u11a8\u05b0", "\u0327\u0300\u11a8\u05b0")]
    [InlineData("\u0301\uac00\u0300", "\u0301\uac00\u0300")]
    [InlineData("\u0308\u0041\u0328\u031b\u0301", "\u0308\u0104\u031b\u0301")]
    [InlineData("\ud83d\ude00e\u0301", "\ud83d\ude00\u00e9")]
    [InlineData("\u65e5\u672c", "\u65e5\u672c")]
    public void Text_is_composed_as_Unicode_says(string text, string composed) => Assert.Equal(composed, AnswerText.Normalize(text));

    [Theory]
    [InlineData("a\r\nb\rc", "a\nb\nc")]
    [InlineData("\u200ba\ufeff", "a")]
    [InlineData("a\u00a0b\u202fc", "a b c")]
    public void What_cannot_be_seen_makes_no_difference(string text, string plain) => Assert.Equal(plain, AnswerText.Normalize(text));

    [Theory]
    [InlineData("<think>a</think>b", "b")]
    [InlineData("\n<THINK>a</think>\nb", "\nb")]
    [InlineData("<reasoning>a</reasoning>b", "b")]
    [InlineData("a</think>b", "b")]
    [InlineData("<think>never ended", "")]
    [InlineData("b <think>a</think>", "")]
    [InlineData("b <thinker>", "b <thinker>")]
    [InlineData("[THINK]never ended", "")]
    [InlineData("<|channel|>analysis<|message|>never ended", "")]
    [InlineData("b <|x|> c", "b <|x|> c")]
    [InlineData("a < b", "a < b")]
    public void Thoughts_in_front_are_no_part_of_the_answer(string text, string answer) => Assert.Equal(answer, AnswerText.WithoutThoughts(text));

    [Fact]
    public void Half_a_surrogate_pair_becomes_the_replacement_character() => Assert.Equal("a\ufffd", AnswerText.Normalize("a\ud83d"));

    [Fact]
    public void Half_a_million_marks_on_one_letter_do_not_hang() =>
        Assert.Equal(500_001, AnswerText.Normalize("q" + string.Concat(Enumerable.Repeat("\u0323\u0307", 250_000))).Length);
}
