using System.Text.Json.Serialization;

namespace FunctionsEval.Evaluation.Definitions;

/// <summary>How a scorer asks models for its score: what they are told, what they may answer, and what is made of several answers.</summary>
/// <param name="Models">Of the provider catalog; several are a panel.</param>
/// <param name="Rubric">By what the answer is judged; Liquid with the scenario's variables.</param>
/// <param name="Criteria">Scored one by one in the same call; null is one score for all.</param>
/// <param name="Scale">Null is from 1 to 5; nothing where the verdict is pass or fail.</param>
/// <param name="PassFail">The verdict is pass (1) or fail (0) instead of a number.</param>
/// <param name="Reference">The judge is shown what the scenario expects.</param>
/// <param name="Repeats">How often each model is asked.</param>
/// <param name="Aggregate"><see cref="Mean"/>, <see cref="Median"/> or <see cref="Majority"/> of the judgements; null is the majority of pass and fail, else the mean.</param>
/// <param name="Overall">How criteria become one score: <see cref="Mean"/>, or <see cref="Min"/>, the lowest; null is the mean.</param>
/// <param name="Temperature">Null is 0.</param>
/// <param name="MaxTokens">Null is <see cref="DefaultMaxTokens"/>.</param>
/// <param name="Template">The user's own message to the judge, Liquid, in place of ours.</param>
public sealed record JudgeSpec(
    IReadOnlyList<string> Models,
    string? Rubric = null,
    IReadOnlyList<JudgeCriterion>? Criteria = null,
    JudgeScale? Scale = null,
    bool PassFail = false,
    bool Reference = false,
    int Repeats = 1,
    string? Aggregate = null,
    string? Overall = null,
    double? Temperature = null,
    int? MaxTokens = null,
    string? ReasoningEffort = null,
    string? Template = null)
{
    public const string Mean = "mean";
    public const string Median = "median";
    public const string Majority = "majority";
    public const string Min = "min";

    /// <summary>Reasons take some hundred tokens; models that think before them pay from the same allowance.</summary>
    public const int DefaultMaxTokens = 2048;

    private static readonly JudgeScale Standard = new(1, 5);
    private static readonly JudgeScale FailToPass = new(0, 1);

    /// <summary>The lowest and the highest score.</summary>
    public JudgeScale Range() => PassFail ? FailToPass : Scale ?? Standard;

    public string AggregateRule() => Aggregate ?? (PassFail ? Majority : Mean);

    /// <summary>Every score is 0 or 1.</summary>
    public bool IsPassOrFail() =>
        PassFail && (Criteria is null || Overall == Min) && (AggregateRule() == Majority || Models.Count * Repeats == 1);
}

/// <param name="Name">Letters, digits, - and _: it names a field of the judge's answer.</param>
/// <param name="Description">What is asked of the answer; Liquid as the rubric.</param>
public sealed record JudgeCriterion(string Name, string? Description = null);

public sealed record JudgeScale(double Min, double Max)
{
    /// <summary>Judges are asked for whole numbers, which they repeat better; a fraction between them is taken all the same.</summary>
    [JsonIgnore]
    public bool IsWhole => double.IsInteger(Min) && double.IsInteger(Max) && Max - Min >= 2;
}
