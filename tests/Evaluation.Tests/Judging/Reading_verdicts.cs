using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;

namespace FunctionsEval.Evaluation.Tests.Judging;

public sealed class Reading_verdicts
{
    private static readonly JudgeSpec Scale = new(["m"], "r");
    private static readonly JudgeSpec PassFail = new(["m"], "r", PassFail: true);
    private static readonly JudgeSpec Criteria = new(["m"], "r", [new JudgeCriterion("right"), new JudgeCriterion("brief")]);

    [Theory]
    [InlineData("""{"reasoning": "Right.", "score": 4}""", 4)]
    [InlineData("""{"reasoning": "Right.", "score": 4.5}""", 4.5)]
    [InlineData("""{"reasoning": "Right.", "score": "4"}""", 4)]
    [InlineData("""{"reasoning": "Right.", "score": "4/5"}""", 4)]
    [InlineData("""{"rating": 4}""", 4)]
    [InlineData("""{"Score": 4, "Reason": "x"}""", 4)]
    [InlineData("Here:\n```json\n{\"score\": 3}\n```", 3)]
    [InlineData("I think so. {\"reasoning\": \"x\", \"score\": 3} That is all.", 3)]
    [InlineData("<think>{\"score\": 5}</think>{\"score\": 2}", 2)]
    [InlineData("4", 4)]
    [InlineData("**4**", 4)]
    [InlineData("4/5", 4)]
    [InlineData("4 out of 5.", 4)]
    [InlineData("four", 4)]
    [InlineData("\"4\"", 4)]
    [InlineData("Score: 4", 4)]
    [InlineData("It is good.\n\n**Score:** 4/5", 4)]
    [InlineData("The final rating is four, because it is brief.", 4)]
    [InlineData("Score: 4. As said, score: 4.", 4)]
    [InlineData("Overall score = 3.5 out of 5", 3.5)]
    [InlineData("评分理由充分。{\"reasoning\": \"答案正确\", \"score\": 5}", 5)]
    public void A_score_is_found(string answer, double score) => Assert.Equal(score, Assert.IsType<JudgeVerdict.Given>(VerdictReader.Read(Scale, answer)).Value);

    [Theory]
    [InlineData("", "The judge said nothing.")]
    [InlineData("<think>hm</think>", "The judge said nothing.")]
    [InlineData("""{"score": 7}""", "The judge's score 7 is off the scale from 1 to 5.")]
    [InlineData("""{"score": 0}""", "The judge's score 0 is off the scale from 1 to 5.")]
    [InlineData("Score: 10", "The judge's score 10 is off the scale from 1 to 5.")]
    [InlineData("8/10", "The judge's answer cannot be read: it has no JSON and does not name a score.")]
    [InlineData("Score: 8/10", "The judge's answer cannot be read: it names a score that is not out of 5.")]
    [InlineData("""{"score": "8/10"}""", "The judge's answer cannot be read: its score is \"\"8/10\"\", not a number from 1 to 5.")]
    [InlineData("""{"score": null}""", "The judge's answer cannot be read: its JSON has no score.")]
    [InlineData("""{"score": [4]}""", "The judge's answer cannot be read: its score is \"[4]\", not a number from 1 to 5.")]
    [InlineData("""{"begründung": "gut", "punktzahl": 4}""", "The judge's answer cannot be read: its JSON has no score.")]
    [InlineData("Die Antwort ist gut und bekommt vier Punkte.", "The judge's answer cannot be read: it has no JSON and does not name a score.")]
    [InlineData("这个回答很好。", "The judge's answer cannot be read: it has no JSON and does not name a score.")]
    [InlineData("A fine answer, in every respect.", "The judge's answer cannot be read: it has no JSON and does not name a score.")]
    [InlineData("Score: 4-5", "The judge's answer cannot be read: it has no JSON and does not name a score.")]
    [InlineData("Score: 4,5", "The judge's answer cannot be read: it has no JSON and does not name a score.")]
    [InlineData("Score: 80%", "The judge's answer cannot be read: it has no JSON and does not name a score.")]
    [InlineData("Score: 2 for style, but the score is 4 for content", "The judge's answer cannot be read: it has no JSON and names a score several times, not always the same.")]
    [InlineData("""{"score": 5} and {"score": 2}""", "The judge's answer holds 2 different JSON values.")]
    [InlineData("""{"reasoning": "It breaks off""", "The judge's answer holds JSON that is broken or breaks off.")]
    [InlineData("[4]", "The judge's answer cannot be read: its JSON is not an object with a score.")]
    [InlineData("true", "The judge's answer cannot be read: its JSON is not an object with a score.")]
    public void What_is_no_score_says_why(string answer, string reason) => Assert.Equal(reason, Assert.IsType<JudgeVerdict.Unreadable>(VerdictReader.Read(Scale, answer)).Reason);

    [Theory]
    [InlineData("""{"reasoning": "x", "score": "pass"}""", 1)]
    [InlineData("""{"score": "FAIL"}""", 0)]
    [InlineData("""{"pass": true, "score": false}""", 0)]
    [InlineData("""{"verdict": "Passed"}""", 1)]
    [InlineData("""{"score": 1}""", 1)]
    [InlineData("pass", 1)]
    [InlineData("**Fail.**", 0)]
    [InlineData("It says nothing of it. Verdict: fail", 0)]
    public void Pass_and_fail_are_found(string answer, double score) => Assert.Equal(score, Assert.IsType<JudgeVerdict.Given>(VerdictReader.Read(PassFail, answer)).Value);

    [Theory]
    [InlineData("""{"score": 0.5}""", "The judge's score is 0.5, not pass or fail.")]
    [InlineData("""{"score": "maybe"}""", "The judge's answer cannot be read: its score is \"\"maybe\"\", not pass or fail.")]
    [InlineData("It would pass, I think, or fail.", "The judge's answer cannot be read: it has no JSON and does not name a score.")]
    public void What_is_neither_says_why(string answer, string reason) => Assert.Equal(reason, Assert.IsType<JudgeVerdict.Unreadable>(VerdictReader.Read(PassFail, answer)).Reason);

    [Theory]
    [InlineData("""{"reasoning": "x", "scores": {"right": 5, "brief": 2}}""")]
    [InlineData("""{"reasoning": "x", "scores": {"brief": {"score": 2, "reason": "long"}, "right": 5}}""")]
    [InlineData("""{"right": 5, "brief": "2/5"}""")]
    [InlineData("right: 5/5\nbrief: 2")]
    [InlineData("- **right**: 5\n- **brief**: 2")]
    public void Each_criterion_has_its_score(string answer)
    {
        var verdict = Assert.IsType<JudgeVerdict.Given>(VerdictReader.Read(Criteria, answer));

        Assert.Equal(3.5, verdict.Value);
        Assert.Equal([5, 2], verdict.Criteria!);
    }

    [Theory]
    [InlineData("""{"scores": {"right": 5}}""", "The judge's answer cannot be read: its JSON has no score for criterion \"brief\".")]
    [InlineData("""{"scores": {"right": 5, "brief": 9}}""", "The judge's brief 9 is off the scale from 1 to 5.")]
    [InlineData("right: 5", "The judge's answer cannot be read: it has no JSON and does not name a score for criterion \"brief\".")]
    public void A_criterion_without_a_score_says_so(string answer, string reason) => Assert.Equal(reason, Assert.IsType<JudgeVerdict.Unreadable>(VerdictReader.Read(Criteria, answer)).Reason);

    [Fact]
    public void The_lowest_criterion_counts_where_it_shall() =>
        Assert.Equal(2, Assert.IsType<JudgeVerdict.Given>(VerdictReader.Read(Criteria with { Overall = "min" }, """{"scores": {"right": 5, "brief": 2}}""")).Value);

    [Fact]
    public void Reasons_are_kept()
    {
        Assert.Equal(("Right.", false), Of("""{"reasoning": "Right.", "score": 4}"""));
        Assert.Equal(("It is right.\nScore: 4", true), Of("It is right.\nScore: 4"));

        static (string, bool) Of(string answer) => Assert.IsType<JudgeVerdict.Given>(VerdictReader.Read(Scale, answer)) is var verdict ? (verdict.Reasoning, verdict.IsRepaired) : default;
    }

    [Fact]
    public void A_long_hostile_answer_is_read_in_time()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (var part in new[] { "score ", "score: 4 ", "right \"\"", "{\"a\":", "4/", "((((" })
        {
            var answer = string.Concat(Enumerable.Repeat(part, 100_000 / part.Length));
            VerdictReader.Read(Scale, answer);
            VerdictReader.Read(Criteria, answer);
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }
}
