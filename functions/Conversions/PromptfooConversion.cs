using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FunctionsEval.Conversions;

/// <summary>A configuration of promptfoo as a definition: prompts, providers, tests and assertions.</summary>
internal static partial class PromptfooConversion
{
    private static readonly string[] Known = ["prompts", "providers", "targets", "tests", "scenarios", "defaultTest", "description", "$schema", "sharing", "outputPath", "commandLineOptions", "tags", "metadata"];

    public static bool IsOne(JsonObject configuration) => configuration.ContainsKey("prompts") && (configuration.ContainsKey("providers") || configuration.ContainsKey("targets") || configuration.ContainsKey("tests"));

    public static async Task<Conversion> ConvertAsync(JsonObject configuration, string name, SourceFiles files, CancellationToken cancellationToken)
    {
        var conversion = new Conversion();
        foreach (var field in configuration.Select(field => field.Key).Except(Known))
        {
            conversion.LeaveOut(field == "evaluateOptions" ? "evaluateOptions (see --concurrency and --samples)" : field);
        }

        if (configuration["redteam"] is not null)
        {
            throw new ConversionException("the configuration makes attacks (redteam), which is not evaluated here.");
        }

        var prompts = new PromptfooPrompts(files, conversion).Read(configuration["prompts"]);
        var providers = new PromptfooProviders(files, conversion);
        var models = providers.Read(configuration["providers"] ?? configuration["targets"]);
        var tests = await new PromptfooTests(files, new PromptfooAssertions(providers, conversion), conversion).ReadAsync(configuration, cancellationToken);
        if (prompts.Count == 0)
        {
            throw new ConversionException($"no prompt can be carried over: {string.Join("; ", conversion.LeftOut)}.");
        }

        if (models.Count == 0)
        {
            conversion.Note("no provider could be carried over: openai:gpt-4.1-mini stands in their place, put your own there");
            models.Add(new PromptfooModel("openai:gpt-4.1-mini", "openai:gpt-4.1-mini", null, null, null, [], null));
        }

        var definition = conversion.Definition;
        var title = Loose.Text(configuration["description"]) ?? name;
        definition["name"] = title.ReplaceLineEndings(" ") is { Length: > 200 } longer ? longer[..200] : title.ReplaceLineEndings(" ");
        definition["prompts"] = new JsonArray([.. prompts.Select(PromptOf)]);
        AddModels(conversion, prompts, models);
        AddTests(conversion, prompts, tests);
        return conversion;
    }

    private static JsonObject PromptOf(PromptfooPrompt prompt)
    {
        var fields = new JsonObject { ["name"] = prompt.Name, ["template"] = prompt.Template };
        if (prompt.System is { } system)
        {
            fields["system"] = system;
        }

        return fields;
    }

    private static void AddModels(Conversion conversion, List<PromptfooPrompt> prompts, List<PromptfooModel> models)
    {
        var config = new JsonObject { ["temperature"] = null, ["maxTokens"] = null };
        foreach (var (field, value) in models[0].Shared)
        {
            if (models.TrueForAll(model => JsonNode.DeepEquals(model.Shared[field], value)))
            {
                config[field] = value?.DeepClone();
            }
        }

        foreach (var field in models.SelectMany(model => model.Shared).Select(field => field.Key).Distinct().Where(field => !config.ContainsKey(field)))
        {
            conversion.LeaveOut($"{field} of some providers: a definition has one for all");
        }

        // Nothing is sent that the configuration does not set.
        conversion.Definition["config"] = config;
        if (models.TrueForAll(model => model is { Temperature: null, MaxTokens: null, Effort: null, Prompts: null } && model.Name == model.Model))
        {
            conversion.Definition["models"] = new JsonArray([.. models.Select(model => (JsonNode?)model.Model)]);
            return;
        }

        var variants = new JsonArray();
        foreach (var model in models)
        {
            foreach (var prompt in prompts.Where(prompt => model.Prompts is null || model.Prompts.Any(label => label == prompt.Name || prompt.Labels.Contains(label))))
            {
                var variant = new JsonObject { ["name"] = prompts.Count == 1 ? model.Name : models.Count == 1 ? prompt.Name : $"{prompt.Name} {model.Name}", ["model"] = model.Model, ["prompt"] = prompt.Name };
                Set(variant, "temperature", model.Temperature);
                Set(variant, "maxTokens", model.MaxTokens);
                if (model.Effort is { } effort)
                {
                    variant["reasoningEffort"] = effort;
                }

                variants.Add(variant);
            }
        }

        conversion.Definition["variants"] = variants;
    }

    private static void Set(JsonObject fields, string name, double? value)
    {
        if (value is { } number)
        {
            fields[name] = number;
        }
    }

    private static void AddTests(Conversion conversion, List<PromptfooPrompt> prompts, List<PromptfooTest> tests)
    {
        var shots = prompts.FirstOrDefault(prompt => prompt.Shots.Count > 0);
        if (shots is not null && prompts.Count > 1)
        {
            conversion.LeaveOut($"earlier turns of prompt '{shots.Name}': only a single prompt may have them");
            shots = null;
        }

        var used = prompts.SelectMany(prompt => prompt.Shots.Select(turn => turn.Text).Append(prompt.Template).Append(prompt.System ?? ""))
            .SelectMany(VariablesOf).Distinct(StringComparer.Ordinal).ToList();
        var images = ImagesOf(conversion, prompts, used);
        var alike = Alike(tests);
        var needsScorer = tests.Exists(test => test.Scorers.Count > 0);
        if (needsScorer && alike is null && tests.Count(test => test.Scorers.Count == 0) is > 0 and var silent)
        {
            conversion.Note(string.Create(CultureInfo.InvariantCulture, $"{silent} tests assert nothing that could be carried over: any answer with a text in it passes them"));
        }

        var scenarios = new JsonArray();
        foreach (var (index, test) in tests.Index())
        {
            var scenario = new JsonObject { ["id"] = string.Create(CultureInfo.InvariantCulture, $"t{index + 1:D3}") };
            if (test.Description is { Length: > 0 } description)
            {
                scenario["name"] = description.ReplaceLineEndings(" ") is { Length: > 200 } longer ? longer[..200] : description.ReplaceLineEndings(" ");
            }

            scenario["vars"] = VarsOf(conversion, test, used);
            if (images.Count > 0 && images.SelectMany(VariablesOf).All(name => test.Vars.TryGetValue(name, out var value) && value.ToString().Length > 0))
            {
                scenario["image"] = new JsonArray([.. images.Select(image => (JsonNode?)image)]);
            }

            if (shots is not null)
            {
                scenario["messages"] = new JsonArray([.. shots.Shots.Select(turn => new JsonObject { ["role"] = turn.Role, ["content"] = turn.Text })]);
            }

            if (alike?.Wanted is { } wanted)
            {
                scenario["expected"] = test.Scorers[wanted]["value"]!.DeepClone();
            }
            else if (needsScorer && alike is null)
            {
                scenario["scorers"] = new JsonArray(ChecksOf(test));
            }

            scenarios.Add(scenario);
        }

        conversion.Definition["scenarios"] = scenarios;
        if (alike is { Scorers: { } scorers })
        {
            conversion.Definition["scorers"] = new JsonArray([.. scorers.Select(scorer => scorer.DeepClone())]);
        }
        else if (needsScorer)
        {
            conversion.Definition["scorers"] = new JsonArray(ChecksOf(tests.First(test => test.Scorers.Count > 0)));
        }

        new PromptfooJudges(conversion).Add(tests, scenarios);
    }

    private static IEnumerable<string> VariablesOf(string template) => Variable().Matches(template).Select(match => match.Groups["name"].Value);

    /// <summary>The images that every prompt shows; a scenario has one set of them for all prompts.</summary>
    private static IReadOnlyList<string> ImagesOf(Conversion conversion, List<PromptfooPrompt> prompts, List<string> used)
    {
        foreach (var name in conversion.ImageVariables.Intersect(used).ToList())
        {
            conversion.LeaveOut($"variable {name} in the text of a prompt: an image, which goes with a message and not into its text");
        }

        if (prompts.Exists(prompt => prompt.Shots.Any(turn => turn.Images.Count > 0)))
        {
            conversion.LeaveOut("images in earlier turns of a prompt: write them into the messages of the scenarios");
        }

        if (prompts.TrueForAll(prompt => prompt.Images.SequenceEqual(prompts[0].Images)))
        {
            return prompts[0].Images;
        }

        conversion.LeaveOut("images of some prompts: all prompts show a scenario's images");
        return [];
    }

    /// <summary>A variable that a test does not have is an empty text for promptfoo, and an error here.</summary>
    private static JsonObject VarsOf(Conversion conversion, PromptfooTest test, List<string> used)
    {
        var vars = new JsonObject(test.Vars.Select(field => KeyValuePair.Create(field.Key, JsonNode.Parse(field.Value.GetRawText()))));
        foreach (var missing in used.Where(name => !vars.ContainsKey(name)))
        {
            vars[missing] = "";
            conversion.Note($"the prompts use the variable {missing}, which some tests do not have: it is empty there, as for promptfoo");
        }

        return vars;
    }

    private static JsonObject ChecksOf(PromptfooTest test)
    {
        IReadOnlyList<JsonObject> scorers = test.Scorers.Count > 0 ? test.Scorers : [new JsonObject { ["type"] = "length", ["min"] = 1 }];
        var checks = PromptfooAssertions.Together(scorers, test.Threshold);
        checks.Insert(0, "name", "assertions");
        return checks;
    }

    /// <summary>
    /// Where all tests assert the same, but for the value of one assertion: the scorers of the definition, and which of them takes the expected text.
    /// </summary>
    private static (IReadOnlyList<JsonObject> Scorers, int? Wanted)? Alike(List<PromptfooTest> tests)
    {
        var first = tests[0];
        if (first.Scorers.Count == 0 || first.Threshold is not null || tests.Exists(test => test.Scorers.Count != first.Scorers.Count || test.Threshold is not null))
        {
            return null;
        }

        int? wanted = null;
        var scorers = new List<JsonObject>();
        for (var index = 0; index < first.Scorers.Count; index++)
        {
            if (tests.TrueForAll(test => JsonNode.DeepEquals(test.Scorers[index], first.Scorers[index])))
            {
                scorers.Add(first.Scorers[index]);
                continue;
            }

            var bare = WithoutValue(first.Scorers[index]);
            if (wanted is not null || bare is null || !tests.TrueForAll(test => JsonNode.DeepEquals(WithoutValue(test.Scorers[index]), bare)))
            {
                return null;
            }

            wanted = index;
            scorers.Add(bare);
        }

        return (scorers, wanted);
    }

    private static JsonObject? WithoutValue(JsonObject scorer)
    {
        if (!scorer.ContainsKey("value"))
        {
            return null;
        }

        var bare = (JsonObject)scorer.DeepClone();
        bare.Remove("value");
        return bare;
    }

    [GeneratedRegex(@"\{\{-?\s*(?<name>[A-Za-z_]\w*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
