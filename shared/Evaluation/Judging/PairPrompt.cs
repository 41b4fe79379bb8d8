using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Judging;

/// <summary>What a judge of pairs is told and shown. It never learns which models or variants gave the answers.</summary>
public static class PairPrompt
{
    /// <summary>Of our texts below; a change of the texts is a new number, and its judgements are others.</summary>
    public const int Version = 1;

    public const string SchemaName = "pairwise_v1";

    /// <summary>The JSON schema of the judge's answer.</summary>
    public static string Schema { get; } = JudgePrompt.Closed(
    [
        KeyValuePair.Create("reasoning", new JsonObject { ["type"] = "string" }),
        KeyValuePair.Create("winner", new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("A", "B", "tie") }),
    ]).ToJsonString();

    /// <summary>The message to the judge where a definition has no template of its own. docs/judges.md has the variables.</summary>
    public const string Template = """
        {% if rubric != "" %}Rubric:
        {{ rubric }}

        {% endif %}{% if criteria.size > 0 %}Criteria, weighed together:
        {% for criterion in criteria %}- {{ criterion.name }}{% if criterion.description != "" %}: {{ criterion.description }}{% endif %}
        {% endfor %}
        {% endif %}{% if conversation != "" %}What was said before:
        {{ conversation }}

        {% endif %}What was asked:
        {{ question }}

        {% if reference != "" %}What a right answer says; other words that mean the same are as good:
        {{ reference }}

        {% endif %}The answers to compare:
        {{ answer_a }}

        {{ answer_b }}

        {{ task }}
        """;

    private const string Task = "Compare the texts in the blocks answer_a (A) and answer_b (B). Reply with the JSON object: reasoning, then winner.";

    /// <summary>What is judged of a conversation; null where there is nothing to judge.</summary>
    public static string? AnswerOf(ScorerSpec scorer, IReadOnlyList<Turn> turns)
    {
        if (Scorers.Find(scorer.Turn, turns) is not { } judged)
        {
            return null;
        }

        var text = scorer.Reasoning == ScorerSpec.KeepReasoning ? judged.TargetResponse : AnswerText.WithoutThoughts(judged.TargetResponse).Trim();
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    /// <param name="first">The conversation whose answer is A; it reaches the turn that is judged.</param>
    /// <exception cref="TemplateException">A template cannot be filled in; never for a scenario of a parsed definition, but for a template of its own that runs away.</exception>
    public static IReadOnlyList<ConversationMessage> For(ScorerSpec scorer, Scenario scenario, IReadOnlyList<Turn> first, IReadOnlyList<Turn> second)
    {
        var judge = scorer.Judge!;
        var (a, b) = (Shown(scorer, first), Shown(scorer, second));
        var blocks = new DataBlocks([a.Before, a.Question, a.Answer, b.Before, b.Question, b.Answer, .. JudgePrompt.References(judge, scenario)]);
        var variables = JudgePrompt.Variables(judge, scenario, blocks, Task);
        variables["conversation"] = Both(blocks, JudgePrompt.Conversation, a.Before, b.Before);
        variables["question"] = Both(blocks, JudgePrompt.Question, a.Question, b.Question);
        variables["answer_a"] = blocks.Of("answer_a", a.Answer);
        variables["answer_b"] = blocks.Of("answer_b", b.Answer);
        return JudgePrompt.Messages(System(blocks), judge.Template ?? Template, variables);
    }

    /// <summary>Names what is asked, and how: judgements of the same are the same. Neither the scorer's name nor the other judges of its panel are a part of it.</summary>
    /// <param name="model">The judge.</param>
    public static string Identity(ScorerSpec scorer, string model)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", scorer.Judge!.Template is null ? Version : 0);
            json.WriteNumber("turn", scorer.Turn);
            json.WriteString("reasoning", scorer.Reasoning);
            JudgeJson.Write(json, scorer.Judge with { Models = [model], Repeats = 1 });
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static (string Before, string Question, string Answer) Shown(ScorerSpec scorer, IReadOnlyList<Turn> turns)
    {
        var judged = Scorers.Find(scorer.Turn, turns)!;
        return (JudgePrompt.Told(turns.Where(turn => turn.TurnNumber < judged.TurnNumber)), judged.ProbePrompt, AnswerOf(scorer, turns)!);
    }

    // Variants may have prompts of their own, and what was said before may differ too: then each stands for itself.
    private static string Both(DataBlocks blocks, string name, string first, string second) => (first, second) switch
    {
        ("", "") => "",
        _ when first == second => blocks.Of(name, first),
        _ => $"{blocks.Of($"{name}_a", first)}\n\n{blocks.Of($"{name}_b", second)}",
    };

    private static string System(DataBlocks blocks) => $$"""
        You are a careful and impartial judge. You compare two answers, by the rubric that you are given and by nothing else.

        {{JudgePrompt.RuleOf(blocks)}} The order of the answers says nothing about them.

        Think first and decide then. Where neither answer is better by the rubric, say tie. Answer with ONE JSON object and nothing else:
        {"reasoning": "<a few sentences that name what decides>", "winner": <"A", "B" or "tie">}
        """;
}
