using System.Text.Json.Nodes;

namespace FunctionsEval.Conversions;

/// <summary>What a log of Inspect says beside its samples: solvers, model, settings and scorers.</summary>
internal static class InspectPlan
{
    private static readonly Dictionary<string, string> Vendors = new(StringComparer.Ordinal) { ["grok"] = "xai", ["azureai"] = "azure", ["openai-api"] = "litellm", ["sagemaker"] = "sagemaker" };

    /// <summary>Solvers: a message of the system is carried over, and one question after another is not.</summary>
    public static void AddSystem(Conversion conversion, JsonObject plan)
    {
        foreach (var step in (plan["steps"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var parameters = step["params"] as JsonObject ?? [];
            switch (Loose.Text(step["solver"])?.Split('/')[^1])
            {
                case "system_message" when Loose.Text(parameters["template"]) is { } text && !conversion.Definition.ContainsKey("preamble"):
                    conversion.Definition["preamble"] = text.Trim();
                    break;
                case "generate":
                    break;
                case "multiple_choice":
                    if (Loose.Text(parameters["cot"]) is "true" || parameters.ContainsKey("template"))
                    {
                        conversion.Note("multiple_choice asks in words of its own here: the choices with letters, and a line \"ANSWER: X\" at the end");
                    }

                    break;
                case var solver:
                    conversion.LeaveOut($"solver {solver ?? "without a name"}");
                    break;
            }
        }
    }

    public static void AddModel(Conversion conversion, JsonObject eval, JsonObject plan, SourceFiles files)
    {
        const string Standard = "openai:gpt-4.1-mini";
        var id = Loose.Text(eval["model"]) ?? "";
        var parts = id.Split('/', 2);
        var model = parts.Length == 2 ? new PromptfooProviders(files, conversion).ModelOf($"{Vendors.GetValueOrDefault(parts[0], parts[0])}:{parts[1]}") : null;
        if (model is null)
        {
            conversion.Note($"the model '{id}' is not called here: {Standard} stands in its place, put your own there");
        }

        conversion.Definition["models"] = new JsonArray(model ?? Standard);
        if (Loose.Number((eval["config"] as JsonObject)?["epochs"]) is > 1 and <= 100 and var epochs)
        {
            conversion.Definition["samplesPerScenario"] = (int)epochs;
        }

        // Nothing is sent that the log does not have.
        var config = new JsonObject { ["temperature"] = null, ["maxTokens"] = null };
        foreach (var (name, value) in (plan["config"] as JsonObject ?? []).Concat(eval["model_generate_config"] as JsonObject ?? []))
        {
            var number = Loose.Number(value);
            switch (name)
            {
                case "temperature" when number is >= 0 and <= 2:
                    config["temperature"] = number;
                    break;
                case "max_tokens" when number is >= 1 and <= 1_000_000:
                    config["maxTokens"] = (int)number;
                    break;
                case "top_p" when number is > 0 and <= 1:
                    config["topP"] = number;
                    break;
                case "seed" when number is not null:
                    config["seed"] = (long)number;
                    break;
                case "stop_seqs" when value is JsonArray { Count: > 0 and <= 4 } stop:
                    config["stop"] = stop.DeepClone();
                    break;
                case "max_connections" or "max_retries" or "timeout" or "attempt_timeout":
                    break;
                default:
                    if (value is not null)
                    {
                        conversion.LeaveOut($"{name} of the model's settings");
                    }

                    break;
            }
        }

        conversion.Definition["config"] = config;
    }

    /// <param name="choices">The most choices that a sample has.</param>
    public static void AddScorers(Conversion conversion, JsonObject eval, JsonObject? results, int choices)
    {
        // Options of scorers stand in the results; a log that was broken off has none.
        var named = (results?["scores"] as JsonArray ?? []).OfType<JsonObject>().Select(score => (Name: Loose.Text(score["scorer"] ?? score["name"]), Options: score["params"] as JsonObject ?? [])).ToList();
        if (named.Count == 0)
        {
            named = [.. (eval["scorers"] as JsonArray ?? []).OfType<JsonObject>().Select(scorer => (Name: Loose.Text(scorer["name"]), Options: scorer["options"] as JsonObject ?? []))];
        }

        var scorers = new JsonArray();
        foreach (var (name, options) in named.DistinctBy(scorer => scorer.Name))
        {
            if (Scorer(name?.Split('/')[^1], options, choices, conversion) is { } scorer)
            {
                scorers.Add(scorer);
            }
            else
            {
                conversion.LeaveOut($"scorer {name} (a command, http or judge scorer may take its place: docs/scorers.md)");
            }
        }

        if (named.Count == 0)
        {
            conversion.LeaveOut("scorers: the log names none");
        }

        if (scorers.Count > 0)
        {
            conversion.Definition["scorers"] = scorers;
        }
    }

    private static JsonObject? Scorer(string? name, JsonObject options, int choices, Conversion conversion)
    {
        var ignoreCase = Loose.Text(options["ignore_case"]) is not "false";
        switch (name)
        {
            case "match" when Loose.Text(options["numeric"]) is "true":
                return new JsonObject { ["type"] = "numeric", ["take"] = Loose.Text(options["location"]) is "begin" ? "first" : "last" };
            case "match":
                var place = Loose.Text(options["location"]) switch { "begin" => "starts_with", "any" => "contains", "exact" => "exact", _ => "ends_with" };
                return new JsonObject { ["type"] = place, ["ignoreCase"] = ignoreCase, ["plain"] = true };
            case "includes":
                return new JsonObject { ["type"] = "contains", ["ignoreCase"] = ignoreCase };
            case "exact":
                return new JsonObject { ["type"] = "exact", ["ignoreCase"] = true, ["plain"] = true };
            case "choice" when choices > 1:
                return JsonLinesConversion.ChoiceOf(choices);
            case "answer":
                var what = Loose.Text(options["pattern"]) switch { "letter" => @"([A-Za-z])(?!\w)", "word" => @"(\w+)", "line" => @"([^\n]+)", _ => null };
                return what is null ? null : new JsonObject { ["type"] = "exact", ["ignoreCase"] = true, ["pattern"] = $@"(?i)answer\s*:\s*{what}", ["take"] = "last", ["plain"] = true };
            case "pattern" when Loose.Text(options["pattern"]) is { Length: > 0 } pattern:
                return new JsonObject { ["type"] = "exact", ["ignoreCase"] = ignoreCase, ["pattern"] = pattern };
            case "model_graded_fact" or "model_graded_qa":
                conversion.Note($"{name} becomes a judge with words of ours; {EvalRubrics.Model} judges, put your own in its place");
                return EvalRubrics.Judge(name == "model_graded_fact" ? EvalRubrics.Fact : EvalRubrics.Right, reference: true);
            default:
                return null;
        }
    }
}
