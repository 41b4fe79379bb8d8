using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Scoring;

/// <summary>Answers as models write them; null where they do not say which choice is theirs.</summary>
public sealed class Finding_choices
{
    [Theory]
    [InlineData("B", "B")]
    [InlineData(" b\n", null)]
    [InlineData("B.", "B")]
    [InlineData("(B)", "B")]
    [InlineData("**B**", "B")]
    [InlineData("**(B)**", "B")]
    [InlineData("`B`", "B")]
    [InlineData("\"B\"", "B")]
    [InlineData("B)", "B")]
    [InlineData("A good question. The answer is B.", "B")]
    [InlineData("A good question. I am not sure.", null)]
    [InlineData("B) A river", "B")]
    [InlineData("B. A river", "B")]
    [InlineData("B: A river", "B")]
    [InlineData("B - A river", "B")]
    [InlineData("**B) A river**", "B")]
    [InlineData("(B) because A is too short", "B")]
    [InlineData("B, surely B", "B")]
    [InlineData("Answer: B", "B")]
    [InlineData("ANSWER: B", "B")]
    [InlineData("Answer: B\nBecause A is too short", "B")]
    [InlineData("**Answer:** B", "B")]
    [InlineData("**Answer: (B)**", "B")]
    [InlineData("### Answer\nB", "B")]
    [InlineData("**Final Answer**\n\nB", "B")]
    [InlineData("The correct answer is (B).", "B")]
    [InlineData("The correct answer is option B.", "B")]
    [InlineData("The correct option is B, since C is wrong.", "B")]
    [InlineData("The answer is: **B) A river**", "B")]
    [InlineData("The answer to the question is therefore B.", "B")]
    [InlineData("The best answer would be B, not A.", "B")]
    [InlineData("Therefore, the answer is \\boxed{B}.", "B")]
    [InlineData("$\\boxed{\\text{B}}$", "B")]
    [InlineData("#### B", "B")]
    [InlineData("I would choose B over A.", "B")]
    [InlineData("I'd go with B.", "B")]
    [InlineData("The answer is A? No, the answer is B.", "B")]
    [InlineData("A is a lake and C a sea. So:\n\nB", "B")]
    [InlineData("A) lake\nB) river\nC) sea\n\nThe answer is B.", "B")]
    [InlineData("A) lake\nB) river\nC) sea\n\n**B**", "B")]
    [InlineData("It is B.", "B")]
    [InlineData("I think B fits.", "B")]
    [InlineData("It is not A. B fits.", "B")]
    [InlineData("B rather than A", "B")]
    [InlineData("<think>A? C?</think>B", "B")]
    [InlineData("The answer is B because A good river flows.", "B")]
    [InlineData("A is wrong, so B", "B")]
    [InlineData("A is incorrect, C is not right: B", "B")]
    [InlineData("A and C are wrong; B fits.", "B")]
    [InlineData("A, B and C are all incorrect.", null)]
    [InlineData("Options A and C can be ruled out. That leaves B.", "B")]
    [InlineData("Option A is out because rivers flow, option C is eliminated by its salt; B remains.", "B")]
    [InlineData("Ruling out A, B is left.", "B")]
    [InlineData("We can eliminate A. B fits.", "B")]
    [InlineData("Excluding C leaves B.", "B")]
    [InlineData("I figure out B.", "B")]
    [InlineData("A isn't correct. B it is.", "B")]
    [InlineData("A) is incorrect.", null)]
    [InlineData("A is wrong, and so is C.", null)]
    [InlineData("A is out of place, B too.", null)]
    [InlineData("\uff22", "B")]
    [InlineData("\u7b54\u6848\uff1a\uff22", "B")]
    [InlineData("A or B", null)]
    [InlineData("The answer is A or B.", null)]
    [InlineData("Answer: A/B", null)]
    [InlineData("A: wrong. B: right.", null)]
    [InlineData("A) lake\nB) river", null)]
    [InlineData("The answer is not B.", null)]
    [InlineData("It isn't B.", null)]
    [InlineData("Both A and C.", null)]
    [InlineData("CAB", null)]
    [InlineData("I cannot answer.", null)]
    [InlineData("None of the above", null)]
    [InlineData("E", null)]
    [InlineData("The answer is unclear: A and C both fit.", null)]
    [InlineData("Vitamin-B", "B")]
    [InlineData("B\n\nExplanation: C is wrong because of its length, and A too.", "B")]
    [InlineData("Hence, option (B) is correct, while A and C are not.", "B")]
    [InlineData("B is the right answer; C is close.", "B")]
    [InlineData("B.\n\n(A) is wrong", "B")]
    [InlineData("A is correct? No, B is correct.", null)]
    [InlineData("A is not correct. B is correct.", "B")]
    [InlineData("\u7b54\u6848\u662fB\u3002", "B")]
    [InlineData("A\u662f\u6e56\uff0cC\u662f\u6d77\u3002\u7b54\u6848\u662f\uff08B\uff09\u3002", "B")]
    [InlineData("\u9009B", "B")]
    [InlineData("\u7b54\u3048\uff1aB", "B")]
    [InlineData("{\"answer\": \"B\"}", "B")]
    [InlineData("[[B]]", "B")]
    [InlineData("ANSWER: B\n\nConfidence: 90%", "B")]
    [InlineData("A, B, and D", null)]
    [InlineData("A, B and D fit.", null)]
    [InlineData("A\nB\nD fit", null)]
    [InlineData("A\nB", null)]
    public void A_letter_is_found_where_the_answer_names_it(string answer, string? choice) => Check(["A", "B", "C", "D"], ignoreCase: false, answer, choice);

    [Theory]
    [InlineData("Yes, no doubt.", "yes")]
    [InlineData("Yes.", "yes")]
    [InlineData("yes", "yes")]
    [InlineData("No.", "no")]
    [InlineData("No, yes would be wrong.", "no")]
    [InlineData("No - it does not.", "no")]
    [InlineData("I don't think so. No.", "no")]
    [InlineData("The answer is yes.", "yes")]
    [InlineData("Yes! There is no question.", "yes")]
    [InlineData("**No**, because of it.", "no")]
    [InlineData("There is no doubt: yes", null)]
    [InlineData("Yes and no.", null)]
    [InlineData("maybe", null)]
    [InlineData("Yes or no?", null)]
    [InlineData("Yes, no, I cannot say.", null)]
    [InlineData("No problem! The answer is yes.", "yes")]
    [InlineData("Yes\n\nNo further comment.", "yes")]
    [InlineData("I know nothing", null)]
    public void Yes_and_no_are_found(string answer, string? choice) => Check(["yes", "no"], ignoreCase: true, answer, choice);

    [Theory]
    [InlineData("I strongly agree!", "strongly agree")]
    [InlineData("Strongly disagree.", "strongly disagree")]
    [InlineData("agree", "agree")]
    [InlineData("The answer is a tree.", null)]
    public void The_longest_choice_counts(string answer, string? choice) =>
        Check(["agree", "strongly agree", "disagree", "strongly disagree", "a"], ignoreCase: true, answer, choice);

    [Fact]
    public void A_pattern_says_where_the_choice_stands()
    {
        var scorer = Scorers.Create(new ScorerSpec("choice", Choices: ["A", "B"], Pattern: @"ANSWER:\s*(\w)"));

        Assert.Equal(new Score.Valued(1), scorer.Score("A or B? ANSWER: A ... ANSWER: B", "B"));
        Assert.Equal(new Score.Valued(0), Scorers.Create(new ScorerSpec("choice", Choices: ["A", "B"], Pattern: @"ANSWER:\s*(\w)", Take: "first")).Score("ANSWER: A ... ANSWER: B", "B"));
        Assert.Equal(new Score.Invalid("The pattern does not match the answer."), scorer.Score("B", "B"));
    }

    private static void Check(string[] choices, bool ignoreCase, string answer, string? choice)
    {
        var named = choices.Where(candidate =>
            Scorers.Create(new ScorerSpec("choice", Choices: choices, IgnoreCase: ignoreCase)).Score(answer, candidate) == new Score.Valued(1)).ToList();

        Assert.Equal((choice, answer), (named.SingleOrDefault(), answer));
    }
}
