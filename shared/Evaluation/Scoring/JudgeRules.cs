using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>What the fields of a judge may hold.</summary>
internal static class JudgeRules
{
    public const int MaxModels = 9;
    public const int MaxRepeats = 20;
    public const int MaxCriteria = 10;
    public const int MaxTextLength = 20_000;
    public const int MaxCriterionName = 40;

    /// <summary>Of all judges of a definition, for one answer: what they say is kept with the cell.</summary>
    public const int MaxJudgements = 50;

    public static readonly string[] Fields =
        ["model", "models", "rubric", "criteria", "scale", "passFail", "reference", "repeats", "aggregate", "overall", "temperature", "maxTokens", "reasoningEffort", "template"];

    private static readonly string[] Aggregates = [JudgeSpec.Mean, JudgeSpec.Median, JudgeSpec.Majority];
    private static readonly string[] Overalls = [JudgeSpec.Mean, JudgeSpec.Min];

    public static IEnumerable<ScorerComplaint> Check(JudgeSpec judge)
    {
        if (judge.Models.Count is 0 or > MaxModels)
        {
            yield return new ScorerComplaint("models", $"models must list between 1 and {MaxModels} judges, but lists {judge.Models.Count}.");
        }

        if (judge.Models.GroupBy(model => model, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { Key: var twice })
        {
            yield return new ScorerComplaint("models", $"models repeats {Wording.Shorten(twice)}: repeats asks one judge several times.");
        }

        if (judge.Repeats is < 1 or > MaxRepeats)
        {
            yield return new ScorerComplaint("repeats", Wording.Broken("repeats", Wording.Between(1, MaxRepeats), Wording.Format(judge.Repeats)));
        }

        if (string.IsNullOrWhiteSpace(judge.Rubric) && judge.Criteria is null && judge.Template is null)
        {
            yield return new ScorerComplaint("rubric", "rubric is required for a judge without criteria or a template of its own, but is missing.", ScorerComplaintRule.Missing);
        }

        if (judge.Aggregate is { } aggregate && !Aggregates.Contains(aggregate))
        {
            yield return new ScorerComplaint("aggregate", Wording.Broken("aggregate", $"must be {string.Join(", ", Aggregates)}", Wording.Shorten(aggregate)));
        }

        foreach (var complaint in CheckScale(judge).Concat(CheckCriteria(judge)).Concat(CheckCall(judge)).Concat(CheckTemplates(judge)))
        {
            yield return complaint;
        }
    }

    private static IEnumerable<ScorerComplaint> CheckScale(JudgeSpec judge)
    {
        if (judge.Scale is not var (min, max))
        {
            yield break;
        }

        if (judge.PassFail)
        {
            yield return new ScorerComplaint("scale", "scale must not be given together with passFail, whose scores are 0 and 1.");
        }

        if (!(Math.Abs(min) <= 1_000_000 && Math.Abs(max) <= 1_000_000 && min < max))
        {
            yield return new ScorerComplaint("scale", string.Create(
                CultureInfo.InvariantCulture, $"scale must have a min below its max, both within ±1,000,000, but is from {min} to {max}."));
        }
    }

    private static IEnumerable<ScorerComplaint> CheckCriteria(JudgeSpec judge)
    {
        if (judge.Overall is { } overall)
        {
            if (!Overalls.Contains(overall))
            {
                yield return new ScorerComplaint("overall", Wording.Broken("overall", $"must be {string.Join(" or ", Overalls)}", Wording.Shorten(overall)));
            }
            else if (judge.Criteria is null)
            {
                yield return new ScorerComplaint("overall", "overall needs criteria, which it makes one score of.");
            }
        }

        if (judge.Criteria is not { } criteria)
        {
            yield break;
        }

        if (criteria.Count is 0 or > MaxCriteria)
        {
            yield return new ScorerComplaint("criteria", $"criteria must list between 1 and {MaxCriteria} criteria, but lists {criteria.Count}.");
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (index, criterion) in criteria.Index())
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"criteria[{index}].name");
            if (criterion.Name.Length is 0 or > MaxCriterionName || !criterion.Name.All(unit => char.IsAsciiLetterOrDigit(unit) || unit is '-' or '_'))
            {
                yield return new ScorerComplaint("criteria", Wording.Broken(field, $"must be letters, digits, - and _, at most {MaxCriterionName}", Wording.Shorten(criterion.Name)));
            }
            else if (!seen.Add(criterion.Name))
            {
                yield return new ScorerComplaint("criteria", $"{field} repeats {Wording.Shorten(criterion.Name)}.");
            }
        }
    }

    private static IEnumerable<ScorerComplaint> CheckCall(JudgeSpec judge)
    {
        if (DefinitionRules.ValidateTemperature(judge.Temperature, "temperature") is { } temperature)
        {
            yield return new ScorerComplaint("temperature", temperature);
        }

        if (judge.MaxTokens is { } tokens && DefinitionRules.ValidateRange("maxTokens", tokens, 1, DefinitionRules.MaxTokensLimit) is { } range)
        {
            yield return new ScorerComplaint("maxTokens", range);
        }

        if (judge.ReasoningEffort is { } effort && DefinitionRules.ValidateReasoningEffort(effort, "reasoningEffort") is { } unknown)
        {
            yield return new ScorerComplaint("reasoningEffort", unknown);
        }
    }

    private static IEnumerable<ScorerComplaint> CheckTemplates(JudgeSpec judge)
    {
        (string Field, string Name, string? Text)[] templates =
        [
            ("rubric", "rubric", judge.Rubric),
            ("template", "template", judge.Template),
            .. (judge.Criteria ?? []).Select((criterion, index) => ("criteria", string.Create(CultureInfo.InvariantCulture, $"criteria[{index}].description"), criterion.Description)),
        ];
        foreach (var (field, name, text) in templates)
        {
            if (text is { Length: > MaxTextLength })
            {
                yield return new ScorerComplaint(field, string.Create(CultureInfo.InvariantCulture, $"{name} must be at most {MaxTextLength:N0} characters long, but has {text.Length:N0}."));
            }
            else if (text is not null && (field == "template" || LiquidText.HasMarkup(text)) && LiquidText.Check(text) is { } problem)
            {
                yield return new ScorerComplaint(field, $"{name} {problem}.");
            }
        }

        if (judge.Template is { } own && !own.Contains("answer", StringComparison.Ordinal))
        {
            yield return new ScorerComplaint("template", "template must show the judge what it judges: it needs {{ answer }}.");
        }
    }
}
