using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Scoring;

/// <summary>Answers as models write them; null where a person could not tell which number is meant.</summary>
public sealed class Finding_numbers
{
    [Theory]
    [InlineData("1 234", 1234.0)]
    [InlineData("1\u00a0234", 1234.0)]
    [InlineData("1\u202f234.5 km", 1234.5)]
    [InlineData("12 345 678", 12345678.0)]
    [InlineData("10'000", 10000.0)]
    [InlineData("10\u2019000", 10000.0)]
    [InlineData("1,000", 1000.0)]
    [InlineData("$1,234,567.50", 1234567.5)]
    [InlineData("1_000", 1000.0)]
    [InlineData("\\$1{,}000", 1000.0)]
    [InlineData("3,5", null)]
    [InlineData("0,75 liters", null)]
    [InlineData("1,2", null)]
    [InlineData("1,2,3", null)]
    [InlineData("1,0000", null)]
    [InlineData("1.234,56", null)]
    [InlineData("1.234.567", null)]
    [InlineData("version 1.2.5", null)]
    [InlineData("1/2", null)]
    [InlineData("1 / 2", null)]
    [InlineData("\u00bd", null)]
    [InlineData("1 \u00bd", null)]
    [InlineData("\\frac{1}{2}", null)]
    [InlineData("2 < x < 4", null)]
    [InlineData("2<x<=4", null)]
    [InlineData("4 >= rating >= 2", null)]
    [InlineData("2 \u2264 x \u2264 4", null)]
    [InlineData("2 \u2264 x < 4", null)]
    [InlineData("4<b>!</b>", 4.0)]
    [InlineData("4 < 5", 4.0)]
    [InlineData("\uff14", 4.0)]
    [InlineData("\uff11\uff12", 12.0)]
    [InlineData("\u8bc4\u5206\uff1a\uff14", 4.0)]
    [InlineData("3-4", null)]
    [InlineData("3 - 4", null)]
    [InlineData("3\u20134", null)]
    [InlineData("3 to 4", null)]
    [InlineData("12:30", null)]
    [InlineData("2026-11-27", null)]
    [InlineData("5k", null)]
    [InlineData("$5K", null)]
    [InlineData("2.5M", null)]
    [InlineData("3 million", null)]
    [InlineData("6.02 \u00d7 10^23", null)]
    [InlineData("6.02 x 10^23", null)]
    [InlineData("2^10", null)]
    [InlineData("10\u00b3", null)]
    [InlineData("1. First, I looked. Answer: 7", 7.0)]
    [InlineData("1) Yes\n2) No\nTotal: 9", 9.0)]
    [InlineData("4.", 4.0)]
    [InlineData("4) indeed", 4.0)]
    [InlineData("(4)", 4.0)]
    [InlineData("4 out of 5", 4.0)]
    [InlineData("**4**", 4.0)]
    [InlineData("`4`", 4.0)]
    [InlineData("50%", 50.0)]
    [InlineData("-7", -7.0)]
    [InlineData("\u22127", -7.0)]
    [InlineData("+7", 7.0)]
    [InlineData("x=-2.5", -2.5)]
    [InlineData("5 -3", 5.0)]
    [InlineData("1e3", 1000.0)]
    [InlineData("1.5e-3 mol", 0.0015)]
    [InlineData(".5", 0.5)]
    [InlineData("0x1F", null)]
    [InlineData("GPT-4 says 5", 5.0)]
    [InlineData("COVID-19 cases: 7", 7.0)]
    [InlineData("the 2nd of 8", 8.0)]
    [InlineData("s02: 3", 3.0)]
    [InlineData("H2O boils at 100 degrees", 100.0)]
    [InlineData("v1.2 scored 9", 9.0)]
    [InlineData("\\boxed{18}", 18.0)]
    [InlineData("3 apples, 4 pears", 3.0)]
    [InlineData("It is 7, of course", 7.0)]
    [InlineData("3, 5", 3.0)]
    [InlineData("between 3 and 4", null)]
    [InlineData("Between 3 and 4 apples: 3", null)]
    [InlineData("3 or 4", null)]
    [InlineData("3 and a half", null)]
    [InlineData("2 and 3 are 5", 2.0)]
    [InlineData("4 or so", 4.0)]
    [InlineData("4+", null)]
    [InlineData("2+3", 2.0)]
    [InlineData("At least 4", null)]
    [InlineData("It is less than $2", null)]
    [InlineData("up to 7 days", null)]
    [InlineData("They add up to 7", 7.0)]
    [InlineData("Adding up to $12", 12.0)]
    [InlineData("\u2265 4", null)]
    [InlineData("x is no more than 3.5", null)]
    [InlineData("better than 4", 4.0)]
    [InlineData("> 4", 4.0)]
    [InlineData("<answer>4</answer>", 4.0)]
    [InlineData("\u7b54\u6848\u662f18\u3002", 18.0)]
    [InlineData("18\u5186\u3067\u3059", 18.0)]
    [InlineData("\u7b2c3\u9898\uff1a5", 5.0)]
    [InlineData("5\u4e07", null)]
    [InlineData("5 \u5104\u5186", null)]
    [InlineData("around 1.5x", 1.5)]
    [InlineData("about 20 000 000 people", 20000000.0)]
    [InlineData("in 2024.", 2024.0)]
    public void The_first_number_that_has_one_meaning_is_taken(string answer, double? value) => Check(new ScorerSpec("number"), answer, value);

    [Theory]
    [InlineData("1. First ... Answer: 7", 7.0)]
    [InlineData("2 + 3 = 5", 5.0)]
    [InlineData("On a scale of 1 to 5, I say 4.", 4.0)]
    [InlineData("I say 4 out of 5", 4.0)]
    [InlineData("5, no: 3-4", null)]
    [InlineData("Steps:\n1. add\n2. subtract", 2.0)]
    [InlineData("2^10 = 1024", 1024.0)]
    public void The_last_number_is_taken_where_the_spec_says_so(string answer, double? value) => Check(new ScorerSpec("number", Take: "last"), answer, value);

    [Theory]
    [InlineData("Rating: 4", 4.0)]
    [InlineData("Rating: 4.", 4.0)]
    [InlineData("Rating: 4, because", 4.0)]
    [InlineData("Rating: 4/5", 4.0)]
    [InlineData("Rating: 4 out of 5", 4.0)]
    [InlineData("Rating: 4\n10 reasons", 4.0)]
    [InlineData("Rating: 4 - good", 4.0)]
    [InlineData("Rating: 10", null)]
    [InlineData("Rating: 4.5", null)]
    [InlineData("Rating: 50%", null)]
    [InlineData("Rating: 4,5", null)]
    [InlineData("Rating: 4-5", null)]
    [InlineData("Rating: 4 or 5", null)]
    [InlineData("Rating: 4 out of 10", null)]
    [InlineData("Rating: 4/10", null)]
    [InlineData("Rating: 1 234", null)]
    [InlineData("Rating: 4e3", null)]
    [InlineData("Rating: 4k", null)]
    [InlineData("Rating: 5th", 5.0)]
    public void A_capture_cut_out_of_a_longer_number_is_none(string answer, double? value) =>
        Check(new ScorerSpec("number", Pattern: @"Rating:\s*(\d)", Min: 1, Max: 5), answer, value);

    [Theory]
    [InlineData(@"GPT-(\d)", "GPT-4", 4.0)]
    [InlineData(@"(\d)", "-3", null)]
    [InlineData(@"s(\d+)", "s02", 2.0)]
    [InlineData(@"s0(\d)", "s02", null)]
    [InlineData(@"Total: (.*)", "Total: $1,250.", 1250.0)]
    [InlineData(@"Total: (.*)", "Total: 3 or 4", null)]
    [InlineData(@"Total: (.*)", "Total: 3,5", null)]
    public void A_capture_is_read_as_a_whole(string pattern, string answer, double? value) => Check(new ScorerSpec("number", Pattern: pattern), answer, value);

    [Theory]
    [InlineData("4/5", 5.0, 4.0)]
    [InlineData("**3**/5", 5.0, 3.0)]
    [InlineData("3.5/5", 5.0, 3.5)]
    [InlineData("4 out of 5", 5.0, 4.0)]
    [InlineData("4 out of 10", 5.0, null)]
    [InlineData("7 out of 10", null, 7.0)]
    [InlineData("4/5", 10.0, null)]
    [InlineData("4/5", null, null)]
    public void A_ratio_is_read_only_where_it_names_the_top_of_the_scale(string answer, double? max, double? value) =>
        Check(new ScorerSpec("number", Min: 0, Max: max), answer, value);

    [Theory]
    [InlineData("The answer is 1,000.", "1000", 1)]
    [InlineData("She has 3 + 4 = 7 apples. 7 * 2 = 14. #### 14", "14", 1)]
    [InlineData("So the total is $18.", "18", 1)]
    [InlineData("So the total is $18", "She sells 9 * 2 = 18.\n#### 18", 1)]
    [InlineData("5 apples and 3 pears are 8", "8", 1)]
    [InlineData("5 apples and 3 pears are 8", "5", 0)]
    [InlineData("The answer is 18. That took 3 steps.", "18", 1)]
    [InlineData("The answer is 5 times 4 = 20.", "20", 1)]
    [InlineData("The answer is **42**", "42", 1)]
    [InlineData("\\boxed{1{,}234} as asked in 2024", "1234", 1)]
    [InlineData("**Answer**\n\n72 miles, not 80", "72", 1)]
    [InlineData("Answer: 7.0", "7", 1)]
    [InlineData("Answer: 0.5", "0.5", 1)]
    [InlineData("7.001", "7", 0)]
    [InlineData("minus: -7", "-7", 1)]
    [InlineData("<think>12</think>13", "13", 1)]
    [InlineData("13", "$13", 1)]
    [InlineData("20%", "20", 1)]
    public void Numeric_compares_the_final_number(string answer, string expected, double score) =>
        Assert.Equal(new Score.Valued(score), Scorers.Create(new ScorerSpec("numeric")).Score(answer, expected));

    [Theory]
    [InlineData("no number", "The answer holds no number.")]
    [InlineData("The answer is 3-4", "\"3-4\" is not one number of at most 1e100: it could mean more than one.")]
    [InlineData("The answer is 1/2.", "\"1/2\" is not one number of at most 1e100: it could mean more than one.")]
    public void Numeric_is_invalid_without_one_number(string answer, string reason) =>
        Assert.Equal(new Score.Invalid(reason), Scorers.Create(new ScorerSpec("numeric")).Score(answer, "3"));

    [Fact]
    public void Numeric_has_a_tolerance_and_a_pattern()
    {
        var close = Scorers.Create(new ScorerSpec("numeric", Tolerance: 0.01));
        var marked = Scorers.Create(new ScorerSpec("numeric", Pattern: @"=(\d+)=", Take: "first"));

        Assert.Equal(new Score.Valued(1), close.Score("3.14", "3.1415"));
        Assert.Equal(new Score.Valued(0), close.Score("3.13", "3.1415"));
        Assert.Equal(new Score.Valued(1), marked.Score("=3= then =4=", "3"));
        Assert.Equal(new Score.Valued(1), Scorers.Create(new ScorerSpec("numeric", Value: "3")).Score("3", null));
    }

    private static void Check(ScorerSpec spec, string answer, double? value)
    {
        var score = Scorers.Create(spec).Score(answer, null);
        Assert.Equal((value, answer), ((score as Score.Valued)?.Value, answer));
    }
}
