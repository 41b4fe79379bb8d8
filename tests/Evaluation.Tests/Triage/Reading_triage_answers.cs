using System.Text.Json;
using FunctionsEval.Evaluation.Triage;

namespace FunctionsEval.Evaluation.Tests.Triage;

public sealed class Reading_triage_answers
{
    private const string Good = """{"ai_score": 72, "reason": "New data.", "is_relevant": true, "is_novel": false, "categories": ["energy"], "should_deep_summarize": true, "theme": "grid storage", "one_liner": "A battery."}""";

    [Fact]
    public void A_plain_object_is_read_whole()
    {
        var result = Parsed(Good);

        Assert.Equal((72, "New data.", true, false, true, "grid storage", "A battery."),
            (result.AiScore, result.Reason, result.IsRelevant, result.IsNovel, result.ShouldDeepSummarize, result.Theme, result.OneLiner));
        Assert.Equal(["energy"], result.Categories);
    }

    [Theory]
    [InlineData("  \n{0}\n ")]
    [InlineData("Here it is:\n```json\n{0}\n```\nHope it helps.")]
    [InlineData("```\n{0}\n```")]
    [InlineData("First {{\"note\": 1}} then the answer: {0} and {{more}}.")]
    [InlineData("```python\nprint()\n```\n```json\n{0}\n```")]
    [InlineData("```json\n{0}\n```\n```\nnot json\n```")]
    [InlineData("{0} trailing words")]
    public void The_object_is_found_in_its_wrapping(string form) =>
        Assert.Equal(72, Parsed(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Good)).AiScore);

    [Fact]
    public void The_last_fenced_object_counts()
    {
        var draft = Good.Replace("72", "10", StringComparison.Ordinal);

        Assert.Equal(72, Parsed($"```json\n{draft}\n```\nOn reflection:\n```json\n{Good}\n```").AiScore);
    }

    [Theory]
    [InlineData("\"ai_score\": 72", "\"ai_score\": \"72.5\"", 72.5)]
    [InlineData("\"ai_score\": 72", "\"aha_score\": 12", 12)]
    [InlineData("\"one_liner\": \"A battery.\"", "\"one_liner\": \"A battery.\",", 72)]
    [InlineData("\"ai_score\": 72", "\"ai_score\": 0", 0)]
    [InlineData("\"ai_score\": 72", "\"ai_score\": 100", 100)]
    public void Small_deviations_are_repaired(string what, string with, double score) =>
        Assert.Equal(score, Parsed(Good.Replace(what, with, StringComparison.Ordinal)).AiScore);

    [Theory]
    [InlineData("\"ai_score\": 72", "\"ai_score\": 101", "ai_score must be between 0 and 100, but is 101.")]
    [InlineData("\"ai_score\": 72", "\"ai_score\": -1", "ai_score must be between 0 and 100, but is -1.")]
    [InlineData("\"ai_score\": 72", "\"ai_score\": \"NaN\"", "ai_score must be between 0 and 100")]
    [InlineData("\"ai_score\": 72", "\"ai_score\": \"high\"", "ai_score is missing or not a number.")]
    [InlineData("\"ai_score\": 72,", "", "ai_score is missing or not a number.")]
    [InlineData("\"New data.\"", "\"  \"", "reason is missing or blank.")]
    [InlineData("\"is_relevant\": true", "\"is_relevant\": \"true\"", "is_relevant must be true or false.")]
    [InlineData("\"is_novel\": false", "\"is_novel\": 0", "is_novel must be true or false.")]
    [InlineData("\"should_deep_summarize\": true", "\"should_deep_summarize\": null", "should_deep_summarize must be true or false.")]
    public void Values_that_break_the_rules_are_refused_and_never_bent(string what, string with, string reason) =>
        Assert.Contains(reason, Rejected(Good.Replace(what, with, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("I'm sorry, but I can't help with that.")]
    [InlineData("[1, 2]")]
    [InlineData("{\"ai_score\": 72, \"reason\": \"cut o")]
    [InlineData("```json\n```")]
    [InlineData("the \"ai_score\" is high")]
    public void Nonsense_is_refused(string answer) => Assert.NotEmpty(Rejected(answer));

    [Fact]
    public void Missing_words_fall_back_and_categories_are_cleaned()
    {
        var result = Parsed("""{"ai_score": 5, "reason": "r", "is_relevant": true, "is_novel": true, "should_deep_summarize": false, "topic": "old name", "categories": [" a ", "", 3, null, "b"]}""");

        Assert.Equal(("old name", "r"), (result.Theme, result.OneLiner));
        Assert.Equal(["a", "b"], result.Categories);
        Assert.Equal("Uncategorized", Parsed("""{"ai_score": 5, "reason": "r", "is_relevant": true, "is_novel": true, "should_deep_summarize": false, "categories": "x"}""").Theme);
    }

    [Fact]
    public void What_is_stored_names_the_model_that_really_answered()
    {
        using var stored = JsonDocument.Parse(Parsed(Good).ToJson("openai", "gpt-x"));

        Assert.Equal("openai", stored.RootElement.GetProperty("provider").GetString());
        Assert.Equal("gpt-x", stored.RootElement.GetProperty("model").GetString());
        Assert.Equal("triage_v1", stored.RootElement.GetProperty("schema_version").GetString());
        using var schema = JsonDocument.Parse(TriagePrompt.Schema);
        Assert.Equal(
            schema.RootElement.GetProperty("required").EnumerateArray().Select(name => name.GetString()),
            stored.RootElement.EnumerateObject().Select(property => property.Name));
    }

    private static TriageResult Parsed(string answer)
    {
        var outcome = TriageParser.Parse(answer);
        return outcome is TriageOutcome.Parsed(var result) ? result : throw new InvalidOperationException(outcome.ToString());
    }

    private static string Rejected(string answer) => Assert.IsType<TriageOutcome.Rejected>(TriageParser.Parse(answer)).Reason;
}
