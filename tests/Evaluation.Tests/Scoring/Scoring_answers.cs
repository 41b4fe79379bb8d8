using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Scoring;

public sealed class Scoring_answers
{
    [Theory]
    [InlineData(" Paris\n", "Paris", false, 1)]
    [InlineData("paris", " Paris ", false, 0)]
    [InlineData("paris", "Paris", true, 1)]
    [InlineData("Paris.", "Paris", false, 0)]
    [InlineData("caf\u00e9", "cafe\u0301", false, 1)]
    [InlineData("\u200bParis\ufeff", "Paris", false, 1)]
    [InlineData("a\u00a0b", "a b", false, 1)]
    [InlineData("a\r\nb", "a\nb", false, 1)]
    [InlineData("<think>London? No.</think>\n\nParis", "Paris", false, 1)]
    [InlineData("London? No.</think>Paris", "Paris", false, 1)]
    public void Exact_compares_the_trimmed_text(string answer, string expected, bool ignoreCase, double score)
    {
        Assert.Equal(new Score.Valued(score), Scorers.Create(new ScorerSpec("exact", IgnoreCase: ignoreCase)).Score(answer, expected));
        Assert.Equal(new Score.Valued(score), Scorers.Create(new ScorerSpec("exact", Value: expected, IgnoreCase: ignoreCase)).Score(answer, "else"));
    }

    [Theory]
    [InlineData("It is Paris.", "Paris", false, 1)]
    [InlineData("It is paris.", "Paris", false, 0)]
    [InlineData("It is paris.", "Paris", true, 1)]
    [InlineData("Par\u00a0is", "Par is", true, 1)]
    public void Contains_looks_anywhere(string answer, string expected, bool ignoreCase, double score) =>
        Assert.Equal(new Score.Valued(score), Scorers.Create(new ScorerSpec("contains", IgnoreCase: ignoreCase)).Score(answer, expected));

    [Theory]
    [InlineData("Rating: 4", @"^Rating:\s*\d$", false, 1)]
    [InlineData("rating: 4", @"^Rating:\s*\d$", false, 0)]
    [InlineData("rating: 4", @"^Rating:\s*\d$", true, 1)]
    [InlineData("ANSWER: B\r\nbye", @"(?m)^ANSWER: B$", false, 1)]
    [InlineData("abab", @"^(ab)\1$", false, 1)]
    [InlineData("price 5", @"(?<=price )\d", false, 1)]
    public void Regex_matches_anywhere(string answer, string pattern, bool ignoreCase, double score) =>
        Assert.Equal(new Score.Valued(score), Scorers.Create(new ScorerSpec("regex", Pattern: pattern, IgnoreCase: ignoreCase)).Score(answer, null));

    [Theory]
    [InlineData("Rating: 4", 4)]
    [InlineData("I say -2.5 of 10", -2.5)]
    [InlineData("\u22123", -3)]
    [InlineData("about 1,234,567.5 euros", 1234567.5)]
    [InlineData("6.02e23 atoms", 6.02e23)]
    [InlineData(".5", 0.5)]
    [InlineData("+7", 7)]
    [InlineData("GPT-4 says 5", 5)]
    [InlineData("s02: 3", 3)]
    [InlineData("Rating:4.", 4)]
    [InlineData("3km", 3)]
    public void Number_takes_the_first_that_stands_alone(string answer, double value) =>
        Assert.Equal(new Score.Valued(value), Scorers.Create(new ScorerSpec("number")).Score(answer, null));

    [Theory]
    [InlineData(@"Rating:\s*(\d)", "2 things. Rating: 4", 4)]
    [InlineData(@"Rating:\s*([\d.,]+)", "Rating: 1,500.", 1500)]
    [InlineData(@"(?:yes (\d)|no (\d))", "no 3", 3)]
    [InlineData(@"score=(?<value>[-\d]+)", "score=-3", -3)]
    public void Number_takes_the_group_of_its_pattern(string pattern, string answer, double value) =>
        Assert.Equal(new Score.Valued(value), Scorers.Create(new ScorerSpec("number", Pattern: pattern)).Score(answer, null));

    [Theory]
    [InlineData(null, "none", "The answer holds no number.")]
    [InlineData(null, "", "The answer is empty.")]
    [InlineData(null, "6", "6 is outside 1 to 5.")]
    [InlineData(null, "-1e999", "\"-1e999\" is not one number of at most 1e100: it could mean more than one.")]
    [InlineData(@"Rating: (\w+)", "Rating: high", "\"high\" is not a number of at most 1e100.")]
    [InlineData(@"Rating: (\w+)", "Rating: NaN", "\"NaN\" is not a number of at most 1e100.")]
    [InlineData(@"Rating: (\w+)", "Rating: Infinity", "\"Infinity\" is not a number of at most 1e100.")]
    [InlineData(@"Rating: (\w+)", "I refuse", "The pattern does not match the answer.")]
    public void Number_is_invalid_when_there_is_none_in_bounds(string? pattern, string answer, string reason) =>
        Assert.Equal(new Score.Invalid(reason), Scorers.Create(new ScorerSpec("number", Pattern: pattern, Min: 1, Max: 5)).Score(answer, null));

    [Theory]
    [InlineData("A", 1)]
    [InlineData(" B\n", 0)]
    [InlineData("The answer is (A).", 1)]
    [InlineData("**B**", 0)]
    [InlineData("B, surely B", 0)]
    [InlineData("Answer: A\nBecause it is cheap", 1)]
    public void Choice_finds_the_one_that_is_named(string answer, double score) =>
        Assert.Equal(new Score.Valued(score), Scorers.Create(new ScorerSpec("choice", Choices: ["A", "B"])).Score(answer, "A"));

    [Theory]
    [InlineData("A or B", "The answer names both \"A\" and \"B\".")]
    [InlineData("a", "The answer names none of the choices.")]
    [InlineData("CAB", "The answer names none of the choices.")]
    [InlineData("", "The answer is empty.")]
    public void Choice_is_invalid_when_none_or_several_are_named(string answer, string reason) =>
        Assert.Equal(new Score.Invalid(reason), Scorers.Create(new ScorerSpec("choice", Choices: ["A", "B"])).Score(answer, "A"));

    [Theory]
    [InlineData("Strongly Agree", "strongly agree", 1)]
    [InlineData("I strongly agree!", "agree", 0)]
    [InlineData("disagree", "agree", 0)]
    [InlineData("agree", "agree", 1)]
    public void Choice_takes_the_longest_that_fits(string answer, string expected, double score) =>
        Assert.Equal(
            new Score.Valued(score),
            Scorers.Create(new ScorerSpec("choice", Choices: ["agree", "strongly agree", "disagree"], IgnoreCase: true)).Score(answer, expected));

    [Fact]
    public void Without_anything_expected_the_answer_is_invalid_rather_than_wrong()
    {
        foreach (var type in new[] { "exact", "contains" })
        {
            Assert.IsType<Score.Invalid>(Scorers.Create(new ScorerSpec(type)).Score("x", null));
        }

        Assert.IsType<Score.Invalid>(Scorers.Create(new ScorerSpec("choice", Choices: ["A", "B"])).Score("A", null));
    }

    [Fact]
    public void The_scale_is_known_where_it_can_be()
    {
        Assert.Equal((0, 1), Scorers.Create(new ScorerSpec("exact")).Scale);
        Assert.Equal((1, 5), Scorers.Create(new ScorerSpec("number", Min: 1, Max: 5)).Scale);
        Assert.Null(Scorers.Create(new ScorerSpec("number", Min: 1)).Scale);
    }

    [Fact]
    public void The_turn_that_the_spec_names_is_scored()
    {
        var scorer = Scorers.Create(new ScorerSpec("number"));
        Turn[] turns = [new Turn(1, "a", "p", "1"), new Turn(2, "b", "q", "2")];

        Assert.Equal(new Score.Valued(1), Scorers.ScoreTurn(scorer, 1, turns, null));
        Assert.Equal(new Score.Valued(2), Scorers.ScoreTurn(scorer, -1, turns, null));
        Assert.Equal(new Score.Invalid("The conversation did not reach turn 3."), Scorers.ScoreTurn(scorer, 3, turns, null));
        Assert.Equal(new Score.Invalid("The conversation has no turn."), Scorers.ScoreTurn(scorer, -1, [], null));
    }

    public static TheoryData<string, ScorerSpec, string> Hostile { get; } = new()
    {
        { "digits", new ScorerSpec("number"), new string('1', 1_000_000) },
        { "groups", new ScorerSpec("number"), "1" + string.Concat(Enumerable.Repeat(",111", 250_000)) },
        { "dashes", new ScorerSpec("number"), new string('-', 1_000_000) },
        { "letters", new ScorerSpec("number"), string.Concat(Enumerable.Repeat("a1.", 333_333)) },
        { "nested quantifiers", new ScorerSpec("regex", Pattern: "^(a+)+$"), new string('a', 1_000_000) + "!" },
        { "backreference", new ScorerSpec("regex", Pattern: @"^(a+)+\1$"), new string('a', 1_000_000) + "!" },
        { "quadratic", new ScorerSpec("number", Pattern: @"(\d+)\s*x"), new string('1', 1_000_000) },
        { "large automaton", new ScorerSpec("regex", Pattern: "(?:(?:a{0,1000}){0,1000}){0,1000}b$"), new string('a', 1_000_000) },
        { "choices", new ScorerSpec("choice", Choices: [.. Enumerable.Range(0, 100).Select(index => $"aaaa{index}")], Value: "aaaa1", IgnoreCase: true), string.Concat(Enumerable.Repeat("aaaa ", 200_000)) },
        { "deep json", new ScorerSpec("json_schema", Schema: "{}"), new string('[', 1_000_000) },
        { "wide json", new ScorerSpec("json_schema", Schema: """{"items":{"items":{"type":"integer"}}}"""), "[" + string.Join(',', Enumerable.Repeat("[1]", 250_000)) + "]" },
        { "fences", new ScorerSpec("json_schema", Schema: "{}"), string.Concat(Enumerable.Repeat("```", 333_333)) },
        { "numeric markers", new ScorerSpec("numeric", Value: "3"), string.Concat(Enumerable.Repeat("the answer is ", 70_000)) },
        { "choice markers", new ScorerSpec("choice", Choices: ["A", "B"], Value: "A"), string.Concat(Enumerable.Repeat("answer answer word ", 50_000)) },
        { "choice marks", new ScorerSpec("choice", Choices: ["A", "B"], Value: "A"), string.Concat(Enumerable.Repeat("answer: ((((((((", 60_000)) },
        { "letters and marks", new ScorerSpec("choice", Choices: ["A", "B"], Value: "A"), "A) " + new string('*', 500_000) + string.Concat(Enumerable.Repeat(" A", 200_000)) },
        { "words behind a marker", new ScorerSpec("numeric", Value: "3"), string.Concat(Enumerable.Repeat("answer " + new string('a', 200_000) + " ", 5)) },
        { "apostrophes", new ScorerSpec("choice", Choices: ["A", "B"], Value: "A"), string.Concat(Enumerable.Repeat("'answer a", 110_000)) },
        { "spaces behind a marker", new ScorerSpec("numeric", Value: "3"), string.Concat(Enumerable.Repeat("answer" + new string(' ', 100_000) + "x ", 10)) },
        { "links", new ScorerSpec("exact", Value: "a"), string.Concat(Enumerable.Repeat("[a](", 250_000)) },
        { "brackets", new ScorerSpec("exact", Value: "a"), "[a](" + new string('[', 1_000_000) },
        { "quotations", new ScorerSpec("exact", Value: "a"), string.Concat(Enumerable.Repeat("> # * ", 170_000)) },
        { "backticks", new ScorerSpec("exact", Value: "a"), new string('`', 1_000_000) },
        { "code", new ScorerSpec("exact", Value: "a"), string.Concat(Enumerable.Repeat("``a", 330_000)) },
        { "emphasis", new ScorerSpec("exact", Value: "a"), string.Concat(Enumerable.Repeat("**a ", 250_000)) },
        { "white space", new ScorerSpec("exact", Value: "a"), new string(' ', 500_000) + "a" + new string('\n', 500_000) },
        { "separators", new ScorerSpec("number", Take: "last"), string.Concat(Enumerable.Repeat("1 - ", 250_000)) },
        { "captures", new ScorerSpec("number", Pattern: @"(\d)", Take: "last"), new string('1', 1_000_000) },
        { "similar texts", new ScorerSpec("levenshtein", Value: new string('b', 10_000)), new string('a', 1_000_000) },
        { "bleu", new ScorerSpec("bleu", Value: "a b c d"), string.Concat(Enumerable.Repeat("a ", 500_000)) },
        { "unfinished json", new ScorerSpec("json_schema", Schema: "{}"), string.Concat(Enumerable.Repeat("[1,[2,", 160_000)) },
        { "property names", new ScorerSpec("json_schema", Schema: """{"patternProperties":{"^(a+)+$":true},"additionalProperties":false}"""), "{\"" + new string('a', 500_000) + "!\":1}" },
        { "alternatives that refer to themselves", new ScorerSpec("json_schema", Schema: """{"type":"array","items":{"anyOf":[{"$ref":"#"},{"$ref":"#"},{"$ref":"#"}]},"minItems":1}"""), new string('[', 60) + new string(']', 60) },
        { "unique objects", new ScorerSpec("json_schema", Schema: """{"uniqueItems":true}"""), "[" + string.Join(',', Enumerable.Range(0, 60_000).Select(index => $"{{\"a\":{index}}}")) + "]" },
        { "json pattern", new ScorerSpec("json_schema", Schema: """{"pattern":"^(a+)+$"}"""), "\"" + new string('a', 1_000_000) + "!\"" },
    };

    [Theory]
    [MemberData(nameof(Hostile), DisableDiscoveryEnumeration = true)]
    public async Task A_hostile_answer_of_a_megabyte_does_not_hang_a_scorer(string name, ScorerSpec spec, string answer)
    {
        var scorer = Scorers.Create(spec);

        // Without the bounds most of these take hours to years; how long they do take is no matter of a test.
        var score = await Task.Run(() => scorer.Score(answer, null)).WaitAsync(TimeSpan.FromMinutes(3));

        Assert.True(score is not null, name);
    }

    /// <summary>Limits are a clock's: a plain pattern must stay far from them on a machine that stops for a second.</summary>
    [Theory]
    [InlineData(@"Rating:\s*(\d)", 5_000)]
    [InlineData(@"(?<=Rating:\s*)(\d)", 500)]
    public void A_pattern_that_is_linear_is_given_much_time(string pattern, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), BoundedPattern.Compile(pattern, ignoreCase: false).MatchTimeout);

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void A_match_that_passed_its_limit_is_tried_again(int stalls, bool ends)
    {
        var attempts = 0;
        bool Match() => ++attempts <= stalls ? throw new System.Text.RegularExpressions.RegexMatchTimeoutException() : true;

        Assert.Equal(ends, Record.Exception(() => BoundedPattern.Patiently(Match)) is null);
        Assert.Equal(3, attempts);
    }
}
