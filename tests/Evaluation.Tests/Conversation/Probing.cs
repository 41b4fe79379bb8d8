using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Tests.Conversation;

public sealed class Probing
{
    private static readonly Scenario Storm = new("s", "storm", "How bad?", [new FollowUp("why", "Why?"), new FollowUp("sure", "Sure?")]);

    [Fact]
    public void The_preamble_is_the_system_message_and_the_prompt_the_first_turn()
    {
        var ask = Assert.IsType<ConversationStep.Ask>(Talk("Be brief.", 10).Next([]));

        Assert.Equal((1, "scenario_prompt", "How bad?"), (ask.TurnNumber, ask.PromptLabel, ask.Prompt));
        Assert.Equal(
            [new ConversationMessage(ConversationRole.System, "Be brief."), new ConversationMessage(ConversationRole.User, "How bad?")], ask.Messages);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public void A_blank_preamble_is_not_sent(string preamble)
    {
        var ask = Assert.IsType<ConversationStep.Ask>(Talk(preamble, 10).Next([]));

        Assert.Equal(ConversationRole.User, Assert.Single(ask.Messages).Role);
    }

    [Fact]
    public void It_continues_from_a_partial_transcript()
    {
        var ask = Assert.IsType<ConversationStep.Ask>(Talk("", 10).Next([Turn(1, "How bad?", "4"), Turn(2, "Why?", "Waves.")]));

        Assert.Equal((3, "sure", "Sure?"), (ask.TurnNumber, ask.PromptLabel, ask.Prompt));
        Assert.Equal(["How bad?", "4", "Why?", "Waves.", "Sure?"], ask.Messages.Select(message => message.Text));
        Assert.Equal(
            [ConversationRole.User, ConversationRole.Assistant, ConversationRole.User, ConversationRole.Assistant, ConversationRole.User],
            ask.Messages.Select(message => message.Role));
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(3, 3)]
    [InlineData(2, 2)]
    [InlineData(1, 1)]
    public void It_ends_after_the_last_follow_up_or_the_most_turns(int maxTurns, int expected)
    {
        var conversation = Talk("", maxTurns);
        var turns = new List<Turn>();
        while (conversation.Next(turns) is ConversationStep.Ask ask)
        {
            turns.Add(Turn(ask.TurnNumber, ask.Prompt, "ok"));
        }

        Assert.Equal(expected, turns.Count);
        Assert.Equal(expected, conversation.MaxTurns);
    }

    [Fact]
    public void A_transcript_of_another_scenario_is_refused()
    {
        var problem = Assert.Throws<ArgumentException>(() => Talk("", 10).Next([Turn(1, "Other?", "4")]));

        Assert.Contains("Turn 1 asked something else than scenario 's'", problem.Message, StringComparison.Ordinal);
    }

    private static Turn Turn(int number, string prompt, string answer) => new(number, "label", prompt, answer);

    private static ProbeConversation Talk(string preamble, int maxTurns) => new(Opening.For(preamble, Storm, Variant.Of("")), Storm, maxTurns);
}
