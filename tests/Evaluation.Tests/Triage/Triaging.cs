using System.Text.Json;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Evaluation.Triage;

namespace FunctionsEval.Evaluation.Tests.Triage;

public sealed class Triaging
{
    private const string Good = """{"ai_score": 72, "reason": "New.", "is_relevant": true, "is_novel": false, "categories": [], "should_deep_summarize": true, "theme": "t", "one_liner": "o"}""";

    private static readonly TriageConversation Conversation = new("Judge.", "{}", "openai", "m");

    [Fact]
    public void A_good_answer_ends_the_conversation_after_one_request()
    {
        var ask = Assert.IsType<ConversationStep.Ask>(Conversation.Next([]));

        Assert.Equal(["Judge.", "{}"], ask.Messages.Select(message => message.Text));
        Assert.IsType<ConversationStep.Finished>(Conversation.Next([Turn(1, Good)]));
        Assert.Contains("\"model\":\"m\"", Conversation.Output([Turn(1, Good)]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_answer_is_asked_for_once_more_and_told_why()
    {
        var again = Assert.IsType<ConversationStep.Ask>(Conversation.Next([Turn(1, "no")]));

        Assert.Equal(("triage_retry", 2), (again.PromptLabel, again.TurnNumber));
        Assert.Contains("previous response was invalid: The answer holds no JSON object", again.Messages[0].Text, StringComparison.Ordinal);
        Assert.IsType<ConversationStep.Finished>(Conversation.Next([Turn(1, "no"), Turn(2, "no")]));
        Assert.Null(Conversation.Output([Turn(1, Good), Turn(2, "no")]));
        Assert.NotNull(Conversation.Output([Turn(1, "no"), Turn(2, Good)]));
    }

    [Fact]
    public void The_scorers_read_the_last_answer()
    {
        Turn[] turns = [Turn(1, "no"), Turn(2, Good)];

        var scores = TriageScorers.Specs.Select(spec => Scorers.ScoreTurn(Scorers.Create(spec), spec.Turn, turns, null));

        Assert.Equal([72, 1, 0, 1], scores.Select(score => Assert.IsType<Score.Valued>(score).Value));
        Assert.All(TriageScorers.Specs, spec => Assert.IsType<Score.Invalid>(Scorers.ScoreTurn(Scorers.Create(spec), spec.Turn, turns[..1], null)));
    }

    [Theory]
    [InlineData(null, 600)]
    [InlineData("none", 600)]
    [InlineData("low", 800)]
    [InlineData("medium", 2000)]
    [InlineData("high", 4000)]
    public void Thinking_gets_more_tokens(string? effort, int tokens) => Assert.Equal(tokens, TriagePrompt.MaxTokensFor(effort));

    [Fact]
    public void The_input_is_cut_trimmed_and_says_null_for_nothing()
    {
        var member = new TriageMember("Same story", "rss", "Daily", null);
        var input = new TriageInput(
            "normal", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), "i1", "rss", "Weekly", new string('t', 300), "  " + new string('b', 5000),
            "  ", null, DateTimeOffset.UnixEpoch, [.. Enumerable.Repeat(member, 7), member with { Title = " " }]);

        using var json = JsonDocument.Parse(input.ToJson());
        var candidate = json.RootElement.GetProperty("candidate");

        Assert.Equal((240, 4000), (candidate.GetProperty("title").GetString()!.Length, candidate.GetProperty("body_text").GetString()!.Length));
        Assert.Equal(JsonValueKind.Null, candidate.GetProperty("primary_url").ValueKind);
        Assert.Equal(JsonValueKind.Null, candidate.GetProperty("author").ValueKind);
        Assert.Equal(5, json.RootElement.GetProperty("cluster_members").GetArrayLength());
        Assert.Equal("1970-01-02T00:00:00+00:00", json.RootElement.GetProperty("window_end").GetString());
    }

    [Fact]
    public void A_cut_does_not_tear_a_character_apart()
    {
        var input = new TriageInput(
            "normal", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "i", "rss", "s", new string('t', 239) + "\U0001F600", null, null, null, null, []);

        Assert.DoesNotContain("\\uD83D", input.ToJson(), StringComparison.OrdinalIgnoreCase);
    }

    private static Turn Turn(int number, string answer) => new(number, "triage", "{}", answer);
}
