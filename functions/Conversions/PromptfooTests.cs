using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FunctionsEval.Conversions;

/// <summary>A test of promptfoo with one value for each variable.</summary>
internal sealed record PromptfooTest(string? Description, IReadOnlyDictionary<string, JsonElement> Vars, IReadOnlyList<JsonObject> Scorers, double? Threshold, IReadOnlyList<PromptfooGrading> Gradings);

/// <summary>Reads <c>tests</c> and <c>scenarios</c>: inline, from files, with default values and lists of values.</summary>
internal sealed partial class PromptfooTests(SourceFiles files, PromptfooAssertions assertions, Conversion conversion)
{
    private const int MostCombinations = 10_000;

    private static readonly string[] Known = ["description", "vars", "assert", "threshold", "metadata", "options", "__description"];

    private readonly List<PromptfooTest> _tests = [];

    public async Task<List<PromptfooTest>> ReadAsync(JsonObject configuration, CancellationToken cancellationToken)
    {
        var defaults = configuration["defaultTest"] is { } given ? One(given) : [];
        await AddAllAsync(configuration["tests"], defaults, cancellationToken);
        foreach (var scenario in Loose.Many(configuration["scenarios"]).OfType<JsonObject>())
        {
            foreach (var data in Loose.Many(scenario["config"]).OfType<JsonObject>())
            {
                await AddAllAsync(scenario["tests"], Over(defaults, data), cancellationToken);
            }
        }

        if (_tests.Count == 0)
        {
            // A prompt without variables is asked as it is.
            Add([], defaults);
        }

        return _tests;
    }

    private JsonObject One(JsonNode node) =>
        node as JsonObject ?? (SourceFiles.PathOf(Loose.Text(node)) is { } path ? files.Tree(path) as JsonObject : null)
        ?? throw new ConversionException("defaultTest must be a mapping.");

    private async Task AddAllAsync(JsonNode? tests, JsonObject defaults, CancellationToken cancellationToken)
    {
        foreach (var test in Loose.Many(tests))
        {
            switch (test)
            {
                case JsonObject fields when fields["path"] is { } generator:
                    conversion.LeaveOut($"tests of {Loose.Text(generator)}: a program makes them");
                    break;
                case JsonObject fields:
                    Add(fields, defaults);
                    break;
                default:
                    await AddFileAsync(Loose.Text(test) ?? "", defaults, cancellationToken);
                    break;
            }
        }
    }

    private async Task AddFileAsync(string reference, JsonObject defaults, CancellationToken cancellationToken)
    {
        if (reference.Contains("://", StringComparison.Ordinal) && SourceFiles.PathOf(reference) is null)
        {
            conversion.LeaveOut($"tests of {reference}: not a file");
            return;
        }

        foreach (var path in files.Find(SourceFiles.PathOf(reference) ?? reference))
        {
            switch (SourceFiles.EndingOf(path))
            {
                case ".csv" or ".tsv":
                    foreach (var row in await files.RowsAsync(path, cancellationToken))
                    {
                        Add(FromRow(row), defaults);
                    }

                    break;
                case ".jsonl":
                    foreach (var row in await files.RowsAsync(path, cancellationToken))
                    {
                        Add(row, defaults);
                    }

                    break;
                case ".yaml" or ".yml" or ".json":
                    await AddAllAsync(files.Tree(path), defaults, cancellationToken);
                    break;
                default:
                    conversion.LeaveOut($"tests of {path}: a program makes them, or the format is not known");
                    break;
            }
        }
    }

    /// <summary>Columns are variables, those with two underscores are not.</summary>
    private static JsonObject FromRow(JsonObject row)
    {
        var (vars, asserts, test) = (new JsonObject(), new JsonArray(), new JsonObject());
        foreach (var (column, value) in row)
        {
            var text = Loose.Text(value) ?? "";
            if (ExpectedColumn().IsMatch(column))
            {
                if (!string.IsNullOrWhiteSpace(text))
                {
                    asserts.Add(FromText(text.Trim()));
                }
            }
            else if (column == "__threshold" && text.Length > 0)
            {
                test["threshold"] = text;
            }
            else if (column == "__description")
            {
                test["description"] = text;
            }
            else if (column is "__prefix" or "__suffix")
            {
                test[column] = text;
            }
            else if (!column.StartsWith("__", StringComparison.Ordinal))
            {
                vars[column] = text;
            }
        }

        test["vars"] = vars;
        test["assert"] = asserts;
        return test;
    }

    /// <summary>An assertion in one cell: <c>icontains: x</c>, <c>similar(0.8): x</c>, or just the expected text.</summary>
    private static JsonObject FromText(string text)
    {
        if (ShortAssertion().Match(text) is not { Success: true } match)
        {
            return new JsonObject { ["type"] = "equals", ["value"] = text };
        }

        var type = match.Groups["type"].Value switch { "fn" or "eval" => "javascript", "grade" => "llm-rubric", var other => other };
        var assertion = new JsonObject { ["type"] = type };
        if (match.Groups["value"] is { Success: true, Value: { Length: > 0 } value })
        {
            assertion["value"] = value.Trim();
        }

        if (match.Groups["threshold"].Success)
        {
            assertion["threshold"] = match.Groups["threshold"].Value;
        }

        return assertion;
    }

    private void Add(JsonObject test, JsonObject defaults)
    {
        foreach (var unknown in test.Select(field => field.Key).Concat(defaults.Select(field => field.Key)).Except(Known))
        {
            conversion.LeaveOut($"{unknown} of a test");
        }

        foreach (var option in (test["options"] as JsonObject ?? []).Concat(defaults["options"] as JsonObject ?? []).Where(option => option.Key != "provider" && option.Key != "disableVarExpansion"))
        {
            if (option.Key == "transform" && Loose.Text(option.Value)?.Trim() == "output.trim()")
            {
                conversion.Note("output.trim() is not needed: scorers take an answer without the spaces at its ends");
                continue;
            }

            conversion.LeaveOut($"options.{option.Key} of a test");
        }

        var vars = VarsOf(defaults["vars"]);
        foreach (var (name, value) in VarsOf(test["vars"]))
        {
            vars[name] = value;
        }

        var expands = Loose.Text((test["options"] as JsonObject)?["disableVarExpansion"] ?? (defaults["options"] as JsonObject)?["disableVarExpansion"]) != "true";
        var grader = (test["options"] as JsonObject)?["provider"] ?? (defaults["options"] as JsonObject)?["provider"];
        var description = Loose.Text(test["description"] ?? test["__description"]);
        var threshold = Loose.Number(test["threshold"] ?? defaults["threshold"]);
        foreach (var combination in expands ? Combinations(vars) : [vars])
        {
            var values = combination.ToDictionary(field => field.Key, field => JsonElement.Parse(field.Value?.ToJsonString() ?? "null"), StringComparer.Ordinal);
            // What all tests have goes first, so that it is one judge.
            var gradings = new List<PromptfooGrading>();
            var common = assertions.Read(defaults["assert"], values, grader, gradings);
            _tests.Add(new PromptfooTest(description, values, [.. assertions.Read(test["assert"], values, grader, gradings), .. common], threshold, gradings));
        }
    }

    private Dictionary<string, JsonNode?> VarsOf(JsonNode? vars)
    {
        if (SourceFiles.PathOf(Loose.Text(vars)) is { } path)
        {
            vars = files.Tree(path);
        }

        var values = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, value) in vars as JsonObject ?? [])
        {
            if (Resolve(name, value) is { } resolved)
            {
                values[name] = resolved;
            }
        }

        return values;
    }

    /// <summary>A value, or the content of the file that it names.</summary>
    private JsonNode? Resolve(string name, JsonNode? value)
    {
        if (SourceFiles.PathOf(Loose.Text(value)) is not { } path)
        {
            return value;
        }

        try
        {
            switch (SourceFiles.EndingOf(path))
            {
                case ".txt" or ".md" or ".html" or ".csv" or "":
                    return path.Contains('*', StringComparison.Ordinal) ? new JsonArray([.. files.Find(path).Select(file => (JsonNode?)files.Text(file))]) : files.Text(path);
                case ".yaml" or ".yml" or ".json":
                    return files.Tree(path);
                case ".png" or ".jpg" or ".jpeg" or ".gif" or ".webp":
                    conversion.ImageVariables.Add(name);
                    return files.FromTarget(path);
            }
        }
        catch (ConversionException problem)
        {
            conversion.LeaveOut($"variable {name}: {problem.Message.TrimEnd('.')}");
            return null;
        }

        conversion.LeaveOut($"variable {name} of {path}: a program makes it, or the format is not known");
        return null;
    }

    /// <summary>Each value of a list with each of the others.</summary>
    private static List<Dictionary<string, JsonNode?>> Combinations(Dictionary<string, JsonNode?> vars)
    {
        List<Dictionary<string, JsonNode?>> all = [[]];
        foreach (var (name, value) in vars)
        {
            // A list of lists or of mappings is one value.
            var values = value is JsonArray list && list.All(item => item is JsonValue) && list.Count > 0 ? [.. list] : new List<JsonNode?> { value };
            all = [.. all.SelectMany(_ => values, (one, item) => new Dictionary<string, JsonNode?>(one, StringComparer.Ordinal) { [name] = item })];
            if (all.Count > MostCombinations)
            {
                throw new ConversionException(string.Create(CultureInfo.InvariantCulture, $"a test's lists of values make more than {MostCombinations:N0} combinations."));
            }
        }

        return all;
    }

    private static JsonObject Over(JsonObject defaults, JsonObject data)
    {
        var merged = (JsonObject)defaults.DeepClone();
        var vars = merged["vars"] as JsonObject ?? [];
        foreach (var (name, value) in data["vars"] as JsonObject ?? [])
        {
            vars[name] = value?.DeepClone();
        }

        merged["vars"] = vars.DeepClone();
        return merged;
    }

    [GeneratedRegex(@"^__expected\d*$", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex ExpectedColumn();

    [GeneratedRegex(
        @"^(?<type>(not-)?(contains-json|is-json|is-refusal|is-valid[a-z-]*|equals|icontains-any|icontains-all|icontains|contains-any|contains-all|contains|starts-with|regex|similar|levenshtein|rouge-n|bleu|latency|cost|javascript|fn|eval|python|llm-rubric|grade|factuality|word-count|answer-relevance|classifier|webhook|file))(\((?<threshold>[\d.]+)\))?\s*(:\s*(?<value>.*))?$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ShortAssertion();
}
