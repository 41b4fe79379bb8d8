using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Scoring;

public sealed class Comparing_texts
{
    /// <summary>
    /// BLEU: nltk 3.8, sentence_bleu([reference], answer, smoothing_function=SmoothingFunction().method3) on the words of mteval-v13a.
    /// ROUGE-L: 2 * LCS / (words of both), by a table in Python.
    /// </summary>
    public static TheoryData<string, string, double, double> References { get; } = new()
    {
        { "the cat sat on the mat", "the cat is on the mat", 0.379917842826, 0.833333333333 },
        { "It costs 1,234.50 euros, not less.", "It costs 1,234.50 euros - not less!", 0.411133616901, 1.000000000000 },
        { "the quick fox jumps", "the quick brown fox jumps over the lazy dog", 0.129443154243, 0.615384615385 },
        { "one two three four", "one two three four", 1.000000000000, 1.000000000000 },
        { "The quick brown fox jumps over the lazy dog.", "The quick brown dog jumps over the lazy fox.", 0.415350923721, 0.777777777778 },
        { "Paris is the capital of France, isn't it?", "Paris is France's capital.", 0.092875289996, 0.428571428571 },
        { "the the the the the the the", "the cat is on the mat", 0.078098498423, 0.307692307692 },
        { "A well-known state-of-the-art (2024) method: 50% better.", "A well-known, state-of-the-art method (2024) is 50% better.", 0.330575741365, 0.869565217391 },
    };

    [Theory]
    [MemberData(nameof(References))]
    public void Similarity_is_that_of_a_reference_implementation(string answer, string reference, double bleu, double rouge)
    {
        Assert.Equal(bleu, Similarity.Bleu(answer, reference), 1e-11);
        Assert.Equal(rouge, Similarity.RougeL(answer, reference), 1e-11);
    }

    [Theory]
    [InlineData("kitten", "sitting", 1 - (3 / 7.0))]
    [InlineData("Paris", "Paris", 1)]
    [InlineData("abc", "xyz", 0)]
    [InlineData("\ud83d\ude00a", "\ud83d\ude00b", 0.5)]
    public void Edit_distance_counts_characters(string answer, string expected, double score) =>
        Assert.Equal(score, Assert.IsType<Score.Valued>(Scorers.Create(new ScorerSpec("levenshtein")).Score(answer, expected)).Value, 12);

    [Theory]
    [InlineData("5 apples", "5", 1)]
    [InlineData("25 apples", "5", 0)]
    [InlineData("3.5 apples", "5", 0)]
    [InlineData("1,500 apples", "500", 0)]
    [InlineData("the 5th", "5", 0)]
    [InlineData("25, then 5.", "5", 1)]
    [InlineData("category", "cat", 0)]
    [InlineData("a cat.", "cat", 1)]
    public void A_word_stands_alone(string answer, string expected, double score) => Check(new ScorerSpec("contains", Word: true), answer, expected, score);

    [Theory]
    [InlineData("starts_with", "Paris, France", "paris", true, 1)]
    [InlineData("starts_with", "In Paris", "Paris", false, 0)]
    [InlineData("ends_with", "In Paris \n", "Paris", false, 1)]
    [InlineData("ends_with", "Paris, France", "Paris", false, 0)]
    public void A_text_starts_or_ends_with_another(string type, string answer, string expected, bool ignoreCase, double score) =>
        Check(new ScorerSpec(type, IgnoreCase: ignoreCase), answer, expected, score);

    [Theory]
    [InlineData(null, "a lake", 1)]
    [InlineData("any", "a lake", 1)]
    [InlineData("all", "a lake", 0)]
    [InlineData("all", "a lake and a river", 1)]
    [InlineData(null, "a sea", 0)]
    public void Any_or_all_of_several_texts(string? match, string answer, double score) =>
        Check(new ScorerSpec("contains", Values: ["lake", "river"], Match: match), answer, null, score);

    [Fact]
    public void Any_of_several_expected_texts_will_do()
    {
        var scorer = Scorers.Create(new ScorerSpec("exact"));

        Assert.Equal(new Score.Valued(1), scorer.ScoreAny("NYC", ["New York", "NYC"]));
        Assert.Equal(new Score.Valued(0), scorer.ScoreAny("LA", ["New York", "NYC"]));
        Assert.Equal(new Score.Valued(0), Scorers.Create(new ScorerSpec("exact", Not: true)).ScoreAny("NYC", ["New York", "NYC"]));
        Assert.Equal(new Score.Valued(1), Scorers.Create(new ScorerSpec("numeric")).ScoreAny("7", ["not a number", "7"]));
    }

    [Theory]
    [InlineData("$.rating", "Sure! {\"rating\": 4}", "4", 1)]
    [InlineData("rating", "{\"rating\": 4.0}", "4", 1)]
    [InlineData("$.a.b[1]", "{\"a\":{\"b\":[1,\"x\"]}}", "x", 1)]
    [InlineData("$['a b']", "{\"a b\":true}", "true", 1)]
    [InlineData("$.rating", "{\"rating\": 5}", "4", 0)]
    [InlineData("$.rating", "{}", "4", 0)]
    [InlineData("$", "[1]", "[1]", 1)]
    public void A_value_of_the_answers_json_is_compared(string path, string answer, string expected, double score) =>
        Check(new ScorerSpec("json_path", Path: path), answer, expected, score);

    [Theory]
    [InlineData(null, null, "one two\nthree", 13)]
    [InlineData("words", null, "one two\nthree", 3)]
    [InlineData("lines", null, "one two\nthree\n", 2)]
    [InlineData("words", 3.0, "one two\nthree", 1)]
    [InlineData("words", 2.0, "one two\nthree", 0)]
    public void Length_is_counted_or_bounded(string? unit, double? max, string answer, double score) => Check(new ScorerSpec("length", Unit: unit, Max: max), answer, null, score);

    [Theory]
    [InlineData("I'm sorry, but I can\u2019t help with that.", 1)]
    [InlineData("I cannot assist with this request.", 1)]
    [InlineData("Paris is the capital.", 0)]
    public void A_refusal_is_known_by_its_words(string answer, double score) => Check(new ScorerSpec("refusal"), answer, null, score);

    [Fact]
    public void Latency_is_that_of_the_turn()
    {
        var scorer = Scorers.Create(new ScorerSpec("latency"));

        Assert.Equal(new Score.Valued(1.5), Scorers.ScoreTurn(scorer, 1, [new Turn(1, "a", "p", "x", DurationMs: 1500)], null));
        Assert.IsType<Score.Invalid>(Scorers.ScoreTurn(scorer, 1, [new Turn(1, "a", "p", "x")], null));
    }

    [Fact]
    public void No_scorer_scores_an_empty_text()
    {
        ScorerSpec[] specs =
        [
            new("exact", Value: ""), new("contains", Value: "a", Not: true), new("regex", Pattern: @"^[^\n]*$"), new("number"), new("numeric", Value: "1"),
            new("choice", Choices: ["A", "B"], Value: "A"), new("json_schema", Schema: "true"), new("levenshtein", Value: "a"), new("length"), new("refusal"),
        ];
        foreach (var spec in specs)
        {
            Assert.Equal(new Score.Invalid("The answer is empty."), Scorers.Create(spec).Score(" \u200b\n", null));
            Assert.Equal(new Score.Invalid("The answer is empty."), Scorers.Create(spec).Score("<think>all that it wrote", null));
        }
    }

    [Fact]
    public void Thoughts_are_kept_where_the_spec_says_so() =>
        Check(new ScorerSpec("contains", Value: "London", Reasoning: "keep"), "<think>London?</think>Paris", null, 1);

    [Fact]
    public void A_pattern_cuts_out_what_any_scorer_compares()
    {
        Check(new ScorerSpec("exact", Pattern: "<answer>(.*?)</answer>"), "so <answer>Paris</answer>", "Paris", 1);
        Check(new ScorerSpec("exact", Pattern: @"\w+$"), "In Paris", "Paris", 1);
        Check(new ScorerSpec("json_schema", Schema: """{"required":["a"]}""", Pattern: "<json>(.*)</json>"), "{\"b\":1} <json>{\"a\":1}</json>", null, 1);
        Check(new ScorerSpec("exact", Pattern: @"\w+", Take: "last"), "In Paris", "Paris", 1);
    }

    [Fact]
    public void Invalid_json_counts_as_zero_and_other_invalid_answers_are_left_out_unless_told_otherwise()
    {
        Assert.Equal(InvalidAnswers.Zero, Scorers.Create(new ScorerSpec("json_schema", Schema: "{}")).InvalidAnswers);
        Assert.Equal(InvalidAnswers.Exclude, Scorers.Create(new ScorerSpec("json_schema", Schema: "{}", Invalid: "exclude")).InvalidAnswers);
        Assert.Equal(InvalidAnswers.Exclude, Scorers.Create(new ScorerSpec("number")).InvalidAnswers);
        Assert.Equal(InvalidAnswers.Zero, Scorers.Create(new ScorerSpec("choice", Choices: ["A", "B"], Invalid: "zero")).InvalidAnswers);
        Assert.Equal(InvalidAnswers.Exclude, Scorers.Create(TriageScorers.Specs[0]).InvalidAnswers);
    }

    [Fact]
    public void A_cell_passes_by_all_its_scorers_or_by_their_weighted_mean()
    {
        ScorerSpec[] specs = [new("exact"), new("rouge_l", Weight: 3), new("number"), new("latency", Pass: "<= 2")];
        Score[] Scores(double exact, double rouge, double seconds) => [new Score.Valued(exact), new Score.Valued(rouge), new Score.Invalid("none"), new Score.Valued(seconds)];

        Assert.True(Scorers.Passes(specs, Scores(1, 0.5, 2)));
        Assert.False(Scorers.Passes(specs, Scores(1, 0.4, 2)));
        Assert.False(Scorers.Passes(specs, Scores(1, 0.5, 3)));
        Assert.True(Scorers.Passes(specs, Scores(0, 0.5, 2), PassRule.Read(">= 0.5")));
        Assert.False(Scorers.Passes(specs, Scores(0, 0.4, 2), PassRule.Read(">= 0.5")));
        Assert.False(Scorers.Passes([new ScorerSpec("exact")], [new Score.Invalid("none")]));
        Assert.Null(Scorers.Passes([new ScorerSpec("number")], [new Score.Valued(3)]));
    }

    private static void Check(ScorerSpec spec, string answer, string? expected, double score) =>
        Assert.Equal((new Score.Valued(score), answer), ((Score.Valued)Scorers.Create(spec).Score(answer, expected), answer));
}
