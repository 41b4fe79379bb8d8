using System.Text.Json.Nodes;

namespace FunctionsEval.Conversions;

/// <summary>A file of the registry of OpenAI evals: the class of an eval says how it scores, and its samples lie in the registry's folder <c>data</c>.</summary>
internal static class EvalsRegistry
{
    public static bool IsOne(JsonObject root) => root.Any(entry => ClassOf(entry.Value) is not null);

    /// <param name="wanted">The name of the eval; null takes the first that can be carried over.</param>
    /// <exception cref="ConversionException">There is no such eval, or none whose samples can be read.</exception>
    public static async Task<Conversion> ConvertAsync(JsonObject root, string? wanted, SourceFiles files, CancellationToken cancellationToken)
    {
        var evals = root.Where(entry => ClassOf(entry.Value) is not null).Select(entry => (Name: entry.Key, Class: ClassOf(entry.Value)!, Arguments: entry.Value!["args"] as JsonObject ?? [])).ToList();
        if (wanted is not null && evals.TrueForAll(eval => eval.Name != wanted))
        {
            throw new ConversionException($"it has no eval '{wanted}', but {string.Join(", ", evals.Select(eval => eval.Name))}.");
        }

        var chosen = evals.Where(eval => wanted is null || eval.Name == wanted).FirstOrDefault(eval => ScorersOf(eval.Class, eval.Arguments) is not null && Loose.Text(eval.Arguments["samples_jsonl"]) is not null);
        if (chosen.Name is null)
        {
            throw new ConversionException($"no eval in it has samples and a way to score that can be carried over ({string.Join(", ", evals.Select(eval => eval.Class).Distinct())}).");
        }

        var samples = Loose.Text(chosen.Arguments["samples_jsonl"])!;
        string[] places = [Path.Combine("..", "data", samples), Path.Combine("data", samples), samples];
        var path = Array.Find(places, files.Exists)
            ?? throw new ConversionException($"the samples of {chosen.Name} are not there: {string.Join(", ", places)}.");
        var conversion = JsonLinesConversion.Convert(await files.RowsAsync(path, cancellationToken), files, path, chosen.Name, ScorersOf(chosen.Class, chosen.Arguments));
        if (wanted is null && evals.Count > 1)
        {
            conversion.LeaveOut($"the other evals of the file; --eval NAME converts them: {string.Join(", ", evals.Select(eval => eval.Name).Where(name => name != chosen.Name))}");
        }

        if (chosen.Arguments.ContainsKey("few_shot_jsonl") || chosen.Arguments.ContainsKey("num_few_shot"))
        {
            conversion.LeaveOut("the few-shot turns of few_shot_jsonl; write them into the messages of the scenarios");
        }

        if (Loose.Number(chosen.Arguments["max_tokens"]) is > 0 and var most)
        {
            conversion.Definition["config"] = new JsonObject { ["maxTokens"] = (int)most };
        }

        return conversion;
    }

    /// <summary>The name behind the last colon or point, as Match; null for what is no eval.</summary>
    private static string? ClassOf(JsonNode? entry) =>
        entry is JsonObject fields && Loose.Text(fields["class"]) is { } name && name.StartsWith("evals.", StringComparison.Ordinal) ? name[(name.LastIndexOfAny([':', '.']) + 1)..] : null;

    /// <summary>Null for a class whose way to score is a program.</summary>
    private static Action<Conversion>? ScorersOf(string name, JsonObject arguments)
    {
        switch (name)
        {
            case "Match" or "MatchWithSolvers":
                return Adding(new JsonObject { ["type"] = "starts_with" });
            case "Includes":
                return Adding(Loose.Text(arguments["ignore_case"]) is "true" or "True"
                    ? new JsonObject { ["type"] = "contains", ["ignoreCase"] = true }
                    : new JsonObject { ["type"] = "contains" });
            case "FuzzyMatch":
                return conversion =>
                {
                    Adding(new JsonObject { ["type"] = "contains", ["ignoreCase"] = true, ["plain"] = true })(conversion);
                    conversion.Note("FuzzyMatch becomes contains: an answer that is a part of the wanted text does not count here");
                };
            case "ModelBasedClassify":
                return GradedBy(Loose.Text(arguments["modelgraded_spec"]) ?? "");
            default:
                return null;
        }
    }

    private static Action<Conversion> Adding(JsonObject scorer) => conversion => conversion.Definition["scorers"] = new JsonArray(scorer);

    private static Action<Conversion>? GradedBy(string spec) => spec switch
    {
        "fact" => Judge(EvalRubrics.Fact, reference: true, "fact becomes a judge who passes an answer unless it contradicts the expert's"),
        "sql" => Judge(EvalRubrics.Sql, reference: true, "sql becomes a judge who compares the answer with the expert's"),
        "closedqa" => Judge("The answer must meet this criterion: {{ criteria }}", reference: false, "closedqa becomes a judge of each sample's criteria"),
        _ => null,
    };

    private static Action<Conversion> Judge(string rubric, bool reference, string note) => conversion =>
    {
        conversion.Definition["scorers"] = new JsonArray(EvalRubrics.Judge(rubric, reference));
        conversion.Note($"{note}; {EvalRubrics.Model} judges, put your own in its place");
    };
}

/// <summary>Judges for what other tools let a model grade.</summary>
internal static class EvalRubrics
{
    public const string Model = "openai:gpt-4.1";
    public const string Fact = "The answer must agree with the reference in its facts; it may say less or more, but must not contradict it.";
    public const string Sql = "The SQL of the answer must give the same result as that of the reference; names and order of columns do not matter.";
    public const string Right = "The answer must say what the reference says is right; its form does not matter.";

    public static JsonObject Judge(string rubric, bool reference)
    {
        var judge = new JsonObject { ["type"] = "judge", ["model"] = Model, ["rubric"] = rubric, ["passFail"] = true };
        if (reference)
        {
            judge["reference"] = true;
        }

        return judge;
    }
}
