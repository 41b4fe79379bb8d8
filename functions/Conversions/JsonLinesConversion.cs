using System.Text.Json.Nodes;

namespace FunctionsEval.Conversions;

/// <summary>Samples of OpenAI evals (<c>input</c>, <c>ideal</c>) and of Inspect (<c>input</c>, <c>target</c>, <c>choices</c>): a definition that reads the file itself.</summary>
internal static class JsonLinesConversion
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <param name="file">The file's name, as the definition is to name it.</param>
    public static Conversion Convert(List<JsonObject> rows, string file, string name)
    {
        if (rows.Count == 0)
        {
            throw new ConversionException($"{file} has no rows.");
        }

        var isEvals = rows[0].ContainsKey("ideal");
        var wanted = isEvals ? "ideal" : "target";
        if (!rows[0].ContainsKey("input") || !rows[0].ContainsKey(wanted))
        {
            throw new ConversionException(
                $"{file}: a row must have input and ideal (OpenAI evals), or input and target (Inspect), but has {string.Join(", ", rows[0].Select(field => field.Key))}. Any JSON Lines can be named as scenarios: {{ file: {file}, ... }} in a definition.");
        }

        var conversion = new Conversion();
        var definition = conversion.Definition;
        definition["name"] = name;
        var scenarios = new JsonObject { ["file"] = file };
        AddInput(conversion, rows, scenarios);
        if (rows.TrueForAll(row => Loose.Text(row["id"]) is { Length: > 0 }))
        {
            scenarios["id"] = "{{ id }}";
        }

        scenarios["expected"] = $"{{{{ {wanted} }}}}";
        definition["scenarios"] = scenarios;
        definition["models"] = new JsonArray("openai:gpt-4.1-mini");
        definition["scorers"] = new JsonArray(ScorerOf(conversion, rows, isEvals));
        conversion.Note("the file names no model: openai:gpt-4.1-mini stands there, put your own in its place");
        foreach (var field in rows.SelectMany(row => row).Select(field => field.Key).Distinct().Except(["input", "ideal", "target", "choices", "id", "metadata"]))
        {
            if (field is "sandbox" or "files" or "setup" or "tools")
            {
                conversion.LeaveOut($"{field} of the samples");
            }
        }

        return conversion;
    }

    private static void AddInput(Conversion conversion, List<JsonObject> rows, JsonObject scenarios)
    {
        var isChat = rows[0]["input"] is JsonArray;
        if (rows.Exists(row => row["input"] is JsonArray != isChat))
        {
            throw new ConversionException("the input must be a text in all rows, or a list of messages in all.");
        }

        var hasChoices = rows.Exists(row => row.ContainsKey("choices"));
        if (isChat)
        {
            scenarios["messages"] = "{{ input }}";
            if (hasChoices)
            {
                conversion.LeaveOut("choices of samples whose input is a list of messages");
            }

            return;
        }

        conversion.Definition["prompts"] = new JsonArray(new JsonObject
        {
            ["name"] = "input",
            ["template"] = hasChoices
                ? $"{{{{ input }}}}\n\n{{% for choice in choices %}}{{{{ '{Letters}' | slice: forloop.index0 }}}}) {{{{ choice }}}}\n{{% endfor %}}\nEnd with a line \"ANSWER: X\", where X is the letter of the right choice."
                : "{{ input }}",
        });
    }

    private static JsonObject ScorerOf(Conversion conversion, List<JsonObject> rows, bool isEvals)
    {
        if (!isEvals && rows[0]["input"] is not JsonArray && rows.Max(row => (row["choices"] as JsonArray)?.Count ?? 0) is > 1 and var choices)
        {
            return new JsonObject { ["type"] = "choice", ["choices"] = new JsonArray([.. Letters.Take(choices).Select(letter => (JsonNode?)letter.ToString())]) };
        }

        if (isEvals)
        {
            conversion.Note("the scorer is starts_with, as evals.elsuite.basic.match; basic.includes is contains, and basic.fuzzy_match has no equal");
            return new JsonObject { ["type"] = "starts_with" };
        }

        conversion.Note("the scorer is ends_with, as match() of Inspect; includes() is contains, exact() is exact, and model_graded_qa() has no equal");
        return new JsonObject { ["type"] = "ends_with", ["ignoreCase"] = true };
    }
}
