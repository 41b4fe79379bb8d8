using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Conversions;

/// <summary>Assertions of promptfoo as scorers.</summary>
internal sealed class PromptfooAssertions(PromptfooProviders providers, Conversion conversion)
{
    private const double MillisecondsPerSecond = 1000;

    /// <summary>Scorers that do the same; what has no equivalent is left out.</summary>
    /// <param name="variables">Of the test: values of assertions are templates.</param>
    /// <param name="grader">The provider that grades, where an assertion names none.</param>
    /// <param name="gradings">What models grade is added here.</param>
    public List<JsonObject> Read(JsonNode? assertions, IReadOnlyDictionary<string, JsonElement> variables, JsonNode? grader, List<PromptfooGrading> gradings)
    {
        var scorers = new List<JsonObject>();
        foreach (var assertion in Loose.Many(assertions).OfType<JsonObject>())
        {
            if (Graded(assertion, variables, grader) is { } grading)
            {
                gradings.Add(grading);
            }
            else if (Convert(assertion, variables, grader, gradings) is { } scorer)
            {
                scorers.Add(scorer);
            }
        }

        return scorers;
    }

    /// <summary>What a model is asked of an answer; null where no model is, or not like a judge.</summary>
    private PromptfooGrading? Graded(JsonObject assertion, IReadOnlyDictionary<string, JsonElement> variables, JsonNode? grader)
    {
        var type = Loose.Text(assertion["type"]) ?? "";
        var isNot = type.StartsWith("not-", StringComparison.Ordinal);
        var (kind, before, threshold) = (isNot ? type[4..] : type) switch
        {
            "llm-rubric" or "model-graded-closedqa" => ("rubric", isNot ? "The answer passes only if this is not true of it: " : "", Loose.Number(assertion["threshold"])),
            "factuality" or "model-graded-factuality" when !isNot => ("factuality", "The answer must agree with this; it may say less or more, but must not contradict it: ", null),
            "g-eval" when !isNot => ("g-eval", "", Loose.Number(assertion["threshold"]) ?? 0.7),
            "select-best" => (PromptfooGrading.Best, "", (double?)null),
            _ => ("", "", null),
        };
        var value = assertion["value"] is JsonArray list ? string.Join('\n', list.Select(item => $"- {Loose.Text(item)}")) : Loose.Text(assertion["value"]);
        if (kind.Length == 0 || assertion.ContainsKey("transform") || Filled(value, variables) is not { } text)
        {
            return null;
        }

        if (assertion.ContainsKey("rubricPrompt"))
        {
            conversion.LeaveOut($"rubricPrompt of assertion {type}");
        }

        return new PromptfooGrading(kind, before + Nunjucks.ToLiquid(value!).Liquid, before + text, providers.JudgeOf(assertion["provider"] ?? grader), threshold, Loose.Number(assertion["weight"]));
    }

    /// <summary>What a person may write in the place of an assertion that needs a model or a program.</summary>
    private static string Instead(string type) => type switch
    {
        "llm-rubric" or "model-graded-closedqa" or "model-graded-factuality" or "factuality" or "g-eval" or "answer-relevance" or "context-faithfulness" or "pi" =>
            " (a judge scorer may take its place: docs/judges.md)",
        "max-score" or "select-best" => " (a pairwise scorer may take its place: docs/judges.md)",
        "javascript" or "python" or "webhook" or "ruby" => " (a command or http scorer may take its place: docs/scorers.md)",
        _ => "",
    };

    private JsonObject? Convert(JsonObject assertion, IReadOnlyDictionary<string, JsonElement> variables, JsonNode? grader, List<PromptfooGrading> gradings)
    {
        var type = Loose.Text(assertion["type"]) ?? "";
        if (type == "assert-set")
        {
            var before = gradings.Count;
            var inner = Read(assertion["assert"], variables, grader, gradings);
            if (gradings.Count > before)
            {
                conversion.Note("a model-graded assertion in an assert-set counts on its own");
            }

            return inner.Count == 0 ? null : Weighted(Together(inner, Loose.Number(assertion["threshold"])), assertion);
        }

        if (assertion.ContainsKey("transform"))
        {
            conversion.LeaveOut($"assertion {type} with a transform");
            return null;
        }

        var isNot = type.StartsWith("not-", StringComparison.Ordinal);
        if (Scorer(isNot ? type[4..] : type, assertion["value"], Loose.Number(assertion["threshold"]), variables) is not { } scorer)
        {
            conversion.LeaveOut($"assertion {type}{Instead(isNot ? type[4..] : type)}");
            return null;
        }

        if (isNot && scorer["pass"] is not null)
        {
            conversion.LeaveOut($"assertion {type}");
            return null;
        }

        if (isNot)
        {
            scorer["not"] = true;
        }

        return Weighted(scorer, assertion);
    }

    private static JsonObject Weighted(JsonObject scorer, JsonObject assertion)
    {
        if (Loose.Number(assertion["weight"]) is { } weight)
        {
            scorer["weight"] = weight;
        }

        return scorer;
    }

    /// <summary>Several scorers as one: all must pass, or their weighted mean must reach a threshold.</summary>
    public static JsonObject Together(IReadOnlyList<JsonObject> scorers, double? threshold)
    {
        var together = new JsonObject { ["type"] = "checks", ["of"] = new JsonArray([.. scorers.Select(scorer => scorer.DeepClone())]) };
        if (threshold is { } least)
        {
            together["pass"] = AtLeast(least);
        }
        else
        {
            together["match"] = "all";
        }

        return together;
    }

    private JsonObject? Scorer(string type, JsonNode? value, double? threshold, IReadOnlyDictionary<string, JsonElement> variables)
    {
        switch (type)
        {
            case "equals":
                return Wanted("exact", value, variables);
            case "contains" or "starts-with":
                return Wanted(type.Replace('-', '_'), value, variables);
            case "icontains":
                return Wanted("contains", value, variables, "ignoreCase");
            case "contains-any" or "contains-all" or "icontains-any" or "icontains-all":
                return Several(type, value, variables);
            case "regex" when Filled(value, variables) is { } pattern:
                return new JsonObject { ["type"] = "regex", ["pattern"] = pattern };
            case "is-json" or "contains-json":
                return PromptfooSchemas.Read(type, value, conversion);
            case "rouge-n":
                conversion.Note("rouge-n becomes rouge_l, which looks at the longest common subsequence of words");
                return WithPass(Wanted("rouge_l", value, variables), threshold ?? 0.75);
            case "bleu":
                return WithPass(Wanted("bleu", value, variables), threshold ?? 0.5);
            case "latency" when threshold is { } milliseconds:
                return new JsonObject { ["type"] = "latency", ["pass"] = AtMost(milliseconds / MillisecondsPerSecond) };
            case "cost" when threshold is { } dollars:
                return new JsonObject { ["type"] = "cost", ["pass"] = AtMost(dollars) };
            case "is-refusal":
                return new JsonObject { ["type"] = "refusal" };
            case "word-count":
                return WordCount(value);
            case "javascript" or "python":
                return PromptfooExpressions.Read(Loose.Text(value) ?? "", type == "python", variables);
            default:
                return null;
        }
    }

    private static JsonObject? WithPass(JsonObject? scorer, double least)
    {
        if (scorer is not null)
        {
            scorer["pass"] = AtLeast(least);
        }

        return scorer;
    }

    private static JsonObject? Wanted(string type, JsonNode? value, IReadOnlyDictionary<string, JsonElement> variables, string? flag = null)
    {
        if (Filled(value, variables) is not { } text)
        {
            return null;
        }

        var scorer = new JsonObject { ["type"] = type, ["value"] = text };
        if (flag is not null)
        {
            scorer[flag] = true;
        }

        return scorer;
    }

    private static JsonObject? Several(string type, JsonNode? value, IReadOnlyDictionary<string, JsonElement> variables)
    {
        var texts = (value is JsonArray ? Loose.Many(value).Select(item => Filled(item, variables)) : (Filled(value, variables) ?? "").Split(',').Select(text => text.Trim()))
            .Where(text => !string.IsNullOrWhiteSpace(text)).ToList();
        if (texts.Count == 0)
        {
            return null;
        }

        var scorer = new JsonObject { ["type"] = "contains", ["values"] = new JsonArray([.. texts.Select(text => (JsonNode?)text)]), ["match"] = type.EndsWith("all", StringComparison.Ordinal) ? "all" : "any" };
        if (type.StartsWith('i'))
        {
            scorer["ignoreCase"] = true;
        }

        return scorer;
    }

    private static JsonObject? WordCount(JsonNode? value)
    {
        var (least, most) = value is JsonObject bounds ? (Loose.Number(bounds["min"]), Loose.Number(bounds["max"])) : (Loose.Number(value), Loose.Number(value));
        return least is null && most is null ? null : Length("words", least, most);
    }

    public static JsonObject Length(string unit, double? least, double? most)
    {
        var scorer = new JsonObject { ["type"] = "length", ["unit"] = unit };
        if (least is { } min)
        {
            scorer["min"] = min;
        }

        if (most is { } max)
        {
            scorer["max"] = max;
        }

        return scorer;
    }

    /// <summary>The value with the variables of its test; null where it is none that can be told now.</summary>
    private static string? Filled(JsonNode? value, IReadOnlyDictionary<string, JsonElement> variables) => Filled(Loose.Text(value), variables);

    private static string? Filled(string? text, IReadOnlyDictionary<string, JsonElement> variables)
    {
        if (text is null || SourceFiles.PathOf(text) is not null || Nunjucks.ToLiquid(text).Liquid is not { } template)
        {
            return null;
        }

        try
        {
            return LiquidText.Render(template, variables) is var filled && string.IsNullOrWhiteSpace(filled) ? null : filled;
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    private static string AtLeast(double value) => string.Create(CultureInfo.InvariantCulture, $">= {value}");

    private static string AtMost(double value) => string.Create(CultureInfo.InvariantCulture, $"<= {value}");
}
