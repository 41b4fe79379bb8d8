using System.Text.Json;
using System.Text.Json.Nodes;

namespace FunctionsEval.Conversions;

/// <summary>Samples of OpenAI evals (<c>input</c>, <c>ideal</c>) and of Inspect (<c>input</c>, <c>target</c>, <c>choices</c>): a definition that reads the file itself, where it can.</summary>
internal static class JsonLinesConversion
{
    private static readonly string[] Known = ["input", "ideal", "target", "choices", "id", "metadata"];

    public static bool IsOne(IReadOnlyList<JsonObject> rows) => rows.Count > 0 && rows[0].ContainsKey("input") && (rows[0].ContainsKey("ideal") || rows[0].ContainsKey("target"));

    /// <param name="path">The file, as <paramref name="files"/> finds it.</param>
    /// <param name="addScorers">Adds what the eval scores by; null where nobody has said it.</param>
    public static Conversion Convert(List<JsonObject> rows, SourceFiles files, string path, string name, Action<Conversion>? addScorers = null)
    {
        var file = files.FromTarget(path);
        if (rows.Count == 0)
        {
            throw new ConversionException($"{file} has no rows.");
        }

        var isEvals = rows[0].ContainsKey("ideal");
        var wanted = isEvals || addScorers is not null && !rows[0].ContainsKey("target") ? "ideal" : "target";
        if (!rows[0].ContainsKey("input") || (addScorers is null && !rows[0].ContainsKey(wanted)))
        {
            throw new ConversionException(
                $"{file}: a row must have input and ideal (OpenAI evals), or input and target (Inspect), but has {string.Join(", ", rows[0].Select(field => field.Key))}. Any JSON Lines can be named as scenarios: {{ file: {file}, ... }} in a definition.");
        }

        var conversion = new Conversion();
        var definition = conversion.Definition;
        definition["name"] = name;
        if (CanBeRead(rows) && (!rows[0].ContainsKey(wanted) || rows.TrueForAll(row => EvalSamples.IsWanted(row[wanted]))))
        {
            AddFile(definition, rows, file, wanted);
        }
        else
        {
            var samples = rows.Select(row => new EvalSample(Loose.Text(row["id"]), row["input"], row[wanted], Choices(row))).ToList();
            definition["scenarios"] = new EvalSamples(conversion, files, Path.GetDirectoryName(path) ?? "").Write(samples);
        }

        definition["models"] = new JsonArray("openai:gpt-4.1-mini");
        if (addScorers is not null)
        {
            addScorers(conversion);
        }
        else
        {
            definition["scorers"] = new JsonArray(ScorerOf(conversion, rows, isEvals));
        }

        conversion.Note("the file names no model: openai:gpt-4.1-mini stands there, put your own in its place");
        foreach (var field in rows.SelectMany(row => row).Select(field => field.Key).Distinct().Except(Known))
        {
            if (field is "sandbox" or "files" or "setup" or "tools")
            {
                conversion.LeaveOut($"{field} of the samples");
            }
        }

        return conversion;
    }

    /// <summary>All inputs are texts, or all are chats that a definition takes as they are.</summary>
    private static bool CanBeRead(List<JsonObject> rows)
    {
        var isChat = rows[0]["input"] is JsonArray;
        return rows.TrueForAll(row => row["input"] is JsonArray == isChat && EvalSamples.IsReadAsItIs(row["input"]) && (row["choices"] is null || (row["choices"] is JsonArray && !isChat)));
    }

    private static void AddFile(JsonObject definition, List<JsonObject> rows, string file, string wanted)
    {
        var scenarios = new JsonObject { ["file"] = file };
        var isChat = rows[0]["input"] is JsonArray;
        if (isChat)
        {
            scenarios["messages"] = "{{ input }}";
        }
        else
        {
            definition["prompts"] = new JsonArray(new JsonObject
            {
                ["name"] = "input",
                ["template"] = rows.Exists(row => row["choices"] is JsonArray)
                    ? $"{{{{ input }}}}\n\n{{% for choice in choices %}}{{{{ '{EvalSamples.Letters}' | slice: forloop.index0 }}}}) {{{{ choice }}}}\n{{% endfor %}}\n{EvalSamples.AskForLetter}"
                    : "{{ input }}",
            });
        }

        if (rows.TrueForAll(row => Loose.Text(row["id"]) is { Length: > 0 }) && rows.DistinctBy(row => Loose.Text(row["id"])).Count() == rows.Count)
        {
            scenarios["id"] = "{{ id }}";
        }

        if (rows[0].ContainsKey(wanted))
        {
            scenarios["expected"] = $"{{{{ {wanted} }}}}";
        }

        definition["scenarios"] = scenarios;
    }

    /// <summary>A list; in a table also JSON, or texts between commas.</summary>
    private static IReadOnlyList<string> Choices(JsonObject row)
    {
        if (row["choices"] is JsonArray list)
        {
            return [.. list.Select(choice => Loose.Text(choice) ?? "").Take(EvalSamples.Letters.Length)];
        }

        if (Loose.Text(row["choices"]) is not { Length: > 0 } text)
        {
            return [];
        }

        try
        {
            if (JsonNode.Parse(text) is JsonArray written)
            {
                return [.. written.Select(choice => Loose.Text(choice) ?? "").Take(EvalSamples.Letters.Length)];
            }
        }
        catch (JsonException)
        {
            // Then it is no JSON.
        }

        return [.. text.Split(',', StringSplitOptions.TrimEntries).Take(EvalSamples.Letters.Length)];
    }

    private static JsonObject ScorerOf(Conversion conversion, List<JsonObject> rows, bool isEvals)
    {
        if (!isEvals && rows.Max(row => Choices(row).Count) is > 1 and var choices)
        {
            return ChoiceOf(choices);
        }

        if (isEvals)
        {
            conversion.Note("the scorer is starts_with, as evals.elsuite.basic.match; basic.includes is contains; convert the eval's file in the registry to have the scorer that it names");
            return new JsonObject { ["type"] = "starts_with" };
        }

        conversion.Note("the scorer is ends_with, as match() of Inspect; includes() is contains, exact() is exact, and model_graded_qa() is a judge (docs/judges.md); convert a log to have the scorers of its task");
        return new JsonObject { ["type"] = "ends_with", ["ignoreCase"] = true, ["plain"] = true };
    }

    public static JsonObject ChoiceOf(int choices) => new()
    {
        ["type"] = "choice",
        ["choices"] = new JsonArray([.. EvalSamples.Letters.Take(choices).Select(letter => (JsonNode?)letter.ToString())]),
    };
}
