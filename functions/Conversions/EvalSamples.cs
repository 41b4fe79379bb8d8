using System.Globalization;
using System.Text.Json.Nodes;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Conversions;

/// <summary>What OpenAI evals and Inspect call a sample.</summary>
/// <param name="Input">A text, or a list of messages.</param>
/// <param name="Wanted">A text or a list of texts; null where nothing is expected.</param>
internal sealed record EvalSample(string? Id, JsonNode? Input, JsonNode? Wanted, IReadOnlyList<string> Choices);

/// <summary>Writes samples as scenarios with messages, where a definition cannot read the file as it is.</summary>
/// <param name="folder">Where images lie, relative to the file that is converted.</param>
internal sealed class EvalSamples(Conversion conversion, SourceFiles files, string folder)
{
    public const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    public const string AskForLetter = "End with a line \"ANSWER: X\", where X is the letter of the right choice.";

    private static readonly string[] Read = ["role", "content", "name"];

    /// <summary>True for an input that a definition takes from the file without a change.</summary>
    public static bool IsReadAsItIs(JsonNode? input)
    {
        if (input is not JsonArray messages)
        {
            return input is JsonValue;
        }

        return messages.Count > 0
            && messages.All(message => message is JsonObject fields && fields.All(field => Read.Contains(field.Key)) && fields["content"] is JsonValue && Loose.Text(fields["role"]) is "system" or "user" or "assistant")
            && messages.Skip(1).All(message => RoleOf((JsonObject)message!) != "system")
            && RoleOf((JsonObject)messages[^1]!) == "user";
    }

    /// <summary>Something is expected, with which an answer can be compared.</summary>
    public static bool IsWanted(JsonNode? wanted) => Loose.Many(wanted) is { Count: > 0 } texts && texts.All(text => !string.IsNullOrWhiteSpace(Loose.Text(text)));

    /// <exception cref="ConversionException">No sample can be carried over.</exception>
    public JsonArray Write(IReadOnlyList<EvalSample> samples)
    {
        var scenarios = new JsonArray();
        var isWanted = samples.Any(sample => IsWanted(sample.Wanted));
        var hasIds = samples.All(sample => sample.Id is { Length: > 0 }) && samples.DistinctBy(sample => sample.Id).Count() == samples.Count;
        foreach (var (index, sample) in samples.Index())
        {
            if (isWanted && !IsWanted(sample.Wanted))
            {
                conversion.LeaveOut("samples without a target to compare with");
                continue;
            }

            if (Messages(sample) is not { } messages)
            {
                continue;
            }

            var scenario = new JsonObject { ["id"] = hasIds ? sample.Id : string.Create(CultureInfo.InvariantCulture, $"t{index + 1:D3}"), ["messages"] = messages };
            if (isWanted && sample.Wanted is { } wanted)
            {
                scenario["expected"] = wanted is JsonArray list ? new JsonArray([.. list.Select(one => (JsonNode?)Loose.Text(one))]) : Loose.Text(wanted);
            }

            scenarios.Add(scenario);
        }

        return scenarios.Count > 0 ? scenarios : throw new ConversionException($"no sample can be carried over: {string.Join("; ", conversion.LeftOut)}.");
    }

    /// <summary>What looks like a template and is none.</summary>
    private static string Literal(string text) =>
        !LiquidText.HasMarkup(text) ? text
        : text.Contains("endraw", StringComparison.Ordinal) ? $"{{% raw %}}{{% endraw %}}{LiquidText.Escape(text)}"
        : $"{{% raw %}}{text}{{% endraw %}}";

    /// <summary>OpenAI evals name few-shot turns by their speaker.</summary>
    private static string? RoleOf(JsonObject message) =>
        (Loose.Text(message["role"]), Loose.Text(message["name"])) switch
        {
            ("system", "example_user") => "user",
            ("system", "example_assistant") => "assistant",
            ("developer", _) => "system",
            (var role, _) => role,
        };

    private JsonArray? Messages(EvalSample sample)
    {
        var given = (sample.Input as JsonArray)?.OfType<JsonObject>().ToList() ?? [new JsonObject { ["role"] = "user", ["content"] = Loose.Text(sample.Input) }];
        var turns = new List<(string Role, JsonObject Fields)>();
        foreach (var message in given)
        {
            var role = RoleOf(message);
            if (role is not ("system" or "user" or "assistant") || message["tool_calls"] is JsonArray { Count: > 0 })
            {
                conversion.LeaveOut("samples with calls of tools");
                return null;
            }

            if (Content(message["content"]) is not { } fields)
            {
                return null;
            }

            turns.Add((role, fields));
        }

        if (turns.Count == 0 || turns[^1].Role == "assistant")
        {
            conversion.LeaveOut("samples whose last message is of the model");
            return null;
        }

        if (sample.Choices.Count > 0)
        {
            var choices = string.Join('\n', sample.Choices.Select((choice, index) => $"{Letters[index]}) {choice}"));
            turns[^1].Fields["content"] = $"{Loose.Text(turns[^1].Fields["content"])}\n\n{choices}\n\n{AskForLetter}";
        }

        return Ordered(turns);
    }

    /// <summary>The system's texts that lead become one; those behind them are said by the user, and so is a last one, which asks.</summary>
    private JsonArray Ordered(List<(string Role, JsonObject Fields)> turns)
    {
        var leading = turns.Take(turns.Count - 1).TakeWhile(turn => turn.Role == "system" && turn.Fields["image"] is null).ToList();
        var messages = new JsonArray();
        if (leading.Count > 0)
        {
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = Literal(string.Join("\n\n", leading.Select(turn => Loose.Text(turn.Fields["content"])))) });
        }

        if (leading.Count > 1 || turns.Skip(leading.Count).Any(turn => turn.Role == "system"))
        {
            conversion.Note("of several messages of the system those in front are sent as one, and others as the user's");
        }

        foreach (var (role, fields) in turns.Skip(leading.Count))
        {
            fields["content"] = Literal(Loose.Text(fields["content"])!);
            fields.Insert(0, "role", role == "system" ? "user" : role);
            messages.Add(fields);
        }

        return messages;
    }

    /// <summary>The text, and the images that are files or URLs; null where something else is in it.</summary>
    private JsonObject? Content(JsonNode? content)
    {
        if (content is not JsonArray parts)
        {
            return new JsonObject { ["content"] = Loose.Text(content) ?? "" };
        }

        var texts = new List<string>();
        var images = new JsonArray();
        foreach (var part in parts.OfType<JsonObject>())
        {
            switch (Loose.Text(part["type"]))
            {
                case "text":
                    texts.Add(Loose.Text(part["text"]) ?? "");
                    break;
                case "image" or "image_url" when (part["image_url"] is JsonObject url ? Loose.Text(url["url"]) : Loose.Text(part["image"] ?? part["image_url"])) is { Length: > 0 } image:
                    if (image.StartsWith("data:", StringComparison.Ordinal) || image.StartsWith("attachment:", StringComparison.Ordinal))
                    {
                        conversion.LeaveOut("samples with an image that stands in the file itself (a definition names a file or a URL)");
                        return null;
                    }

                    images.Add(Literal(image.StartsWith("http", StringComparison.Ordinal) ? image : files.FromTarget(Path.Combine(folder, image))));
                    break;
                case "reasoning":
                    break;
                default:
                    conversion.LeaveOut($"samples with {Loose.Text(part["type"]) ?? "unknown"} in a message");
                    return null;
            }
        }

        var fields = new JsonObject { ["content"] = string.Join('\n', texts) };
        if (images.Count > 0)
        {
            fields["image"] = images;
        }

        return fields;
    }
}
