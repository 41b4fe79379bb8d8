using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FunctionsEval.Conversions;

/// <summary>A prompt of promptfoo: a text, or a chat as JSON or YAML.</summary>
/// <param name="Shots">Turns between the system's text and the last question.</param>
/// <param name="Images">Shown with the question: URLs or paths, as templates.</param>
internal sealed record PromptfooPrompt(
    string Name, IReadOnlyList<string> Labels, string Template, string? System, IReadOnlyList<PromptfooTurn> Shots, IReadOnlyList<string> Images);

/// <param name="Images">URLs or paths, as templates.</param>
internal sealed record PromptfooTurn(string Role, string Text, IReadOnlyList<string> Images);

/// <summary>Reads <c>prompts</c>: texts, files, chats, and several in one file.</summary>
internal sealed partial class PromptfooPrompts(SourceFiles files, Conversion conversion)
{
    private readonly List<PromptfooPrompt> _prompts = [];

    public List<PromptfooPrompt> Read(JsonNode? prompts)
    {
        // A mapping of old configurations: path to label.
        if (prompts is JsonObject byPath && !byPath.ContainsKey("raw") && !byPath.ContainsKey("id"))
        {
            foreach (var (path, label) in byPath)
            {
                Add(path, Loose.Text(label));
            }

            return _prompts;
        }

        foreach (var prompt in Loose.Many(prompts))
        {
            if (prompt is JsonObject fields)
            {
                var label = Loose.Text(fields["label"]) ?? Loose.Text(fields["display"]) ?? (fields.ContainsKey("raw") ? Loose.Text(fields["id"]) : null);
                Add(Loose.Text(fields["raw"]) ?? Loose.Text(fields["id"]) ?? "", label);
                if (fields.ContainsKey("config"))
                {
                    conversion.LeaveOut($"config of prompt '{label ?? Excerpt(Loose.Text(fields["id"]) ?? "")}'");
                }
            }
            else if (Loose.Text(prompt) is { } text)
            {
                Add(text, label: null);
            }
        }

        return _prompts;
    }

    private void Add(string text, string? label)
    {
        // A path may also stand without its scheme.
        var path = SourceFiles.PathOf(text)
            ?? (!text.Contains('\n', StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal) && SourceFiles.EndingOf(text.Split(':')[0]) is ".txt" or ".json" or ".yaml" or ".yml" or ".md" or ".js" or ".py" or ".j2" ? text : null);
        if (path is null)
        {
            AddText(text, label, text);
            return;
        }

        var found = files.Find(path);
        if (found.Count == 0)
        {
            conversion.LeaveOut($"prompt {path}: no such file");
        }

        foreach (var file in found)
        {
            AddFile(file, label);
        }
    }

    private void AddFile(string file, string? label)
    {
        var ending = SourceFiles.EndingOf(file.Split(':')[0]);
        if (ending is not (".txt" or ".json" or ".yaml" or ".yml" or ".md" or ".j2" or ".csv" or ""))
        {
            conversion.LeaveOut(ending switch
            {
                ".js" or ".cjs" or ".mjs" or ".ts" or ".py" or ".rb" or ".go" => $"prompt {file}: a program makes it, and no program is started for a prompt; write its text as a template",
                ".jsonl" => $"prompt {file}: a file of several chats; write each as a JSON file of its own",
                _ => $"prompt {file}: files ending in '{ending}' are not read as prompts",
            });
            return;
        }

        string text;
        try
        {
            text = files.Text(file);
        }
        catch (ConversionException problem)
        {
            conversion.LeaveOut($"prompt {file}: {problem.Message.TrimEnd('.')}");
            return;
        }

        var name = label ?? Path.GetFileNameWithoutExtension(file);
        if (ending is ".json" or ".yaml" or ".yml")
        {
            AddText(text, name, file);
            return;
        }

        var parts = text.ReplaceLineEndings("\n").Split("\n---\n").Select(part => part.Trim('\n')).Where(part => !string.IsNullOrWhiteSpace(part)).ToList();
        foreach (var (index, part) in parts.Index())
        {
            AddText(part, parts.Count == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{index + 1}"), file, label);
        }
    }

    /// <param name="group">The label of all prompts of a file.</param>
    private void AddText(string text, string? label, string source, string? group = null)
    {
        var turns = Chat(text);
        if (turns is null && LooksLikeChat().IsMatch(text))
        {
            conversion.LeaveOut($"prompt '{label ?? Excerpt(source)}': a chat whose turns a template makes; write them into the messages of the scenarios");
            return;
        }

        var liquid = new List<PromptfooTurn>();
        foreach (var (role, content, images) in turns ?? [new PromptfooTurn("user", text, [])])
        {
            var (template, problem) = Nunjucks.ToLiquid(content);
            if (template is null)
            {
                conversion.LeaveOut($"prompt '{label ?? Excerpt(source)}': its template {problem}");
                return;
            }

            liquid.Add(new PromptfooTurn(role == "developer" ? "system" : role, template, ImagesOf(images, label ?? Excerpt(source))));
        }

        var system = liquid is [{ Role: "system", Text: var first }, ..] ? first : null;
        var rest = system is null ? liquid : liquid[1..];
        if (rest is [] || rest[^1].Role != "user" || rest.Any(turn => turn.Role is not ("user" or "assistant")))
        {
            conversion.LeaveOut($"prompt '{label ?? Excerpt(source)}': a chat must have the roles system, user and assistant and end with the user");
            return;
        }

        _prompts.Add(new PromptfooPrompt(
            NameOf(label ?? Word(text)), [label ?? "", group ?? "", source, SourceFiles.PathOf(source) ?? source, $"file://{source}"], rest[^1].Text, system, rest[..^1], rest[^1].Images));
    }

    private List<string> ImagesOf(IReadOnlyList<string> images, string prompt)
    {
        var templates = new List<string>();
        foreach (var image in images)
        {
            // A variable that promptfoo fills with the content of a file is the file's path here.
            var plain = DataUrl().Replace(image, "");
            if ((plain != image && !plain.StartsWith("{{", StringComparison.Ordinal)) || plain.Length > 2_000)
            {
                conversion.LeaveOut($"an image that prompt '{prompt}' holds itself: save it as a file and name that as image");
            }
            else if (Nunjucks.ToLiquid(plain).Liquid is { } template)
            {
                templates.Add(template);
            }
        }

        return templates;
    }

    private string NameOf(string name)
    {
        name = name.Length > 60 ? name[..60] : name;
        var free = name;
        for (var number = 2; _prompts.Exists(prompt => prompt.Name == free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        }

        return free;
    }

    private string Word(string text) => text.Length <= 40 && !text.Contains('\n', StringComparison.Ordinal) && !text.StartsWith('[')
        ? text
        : string.Create(CultureInfo.InvariantCulture, $"prompt-{_prompts.Count + 1}");

    /// <summary>The turns of a chat; null for a plain text.</summary>
    private static List<PromptfooTurn>? Chat(string text)
    {
        var start = text.TrimStart();
        if (!start.StartsWith('[') && !start.StartsWith("- role:", StringComparison.Ordinal) && !start.StartsWith('{'))
        {
            return null;
        }

        JsonNode? tree;
        try
        {
            tree = SourceFiles.Tree(start.StartsWith('-') ? "chat.yaml" : "chat.json", start.StartsWith('-') ? text : Dumped().Replace(text, dumped => JsonValue.Create($"{{{{ {dumped.Groups["value"].Value} }}}}").ToJsonString(Loose.Unescaped)));
        }
        catch (ConversionException)
        {
            return null;
        }

        tree = tree is JsonObject wrapped ? wrapped["messages"] : tree;
        if (tree is not JsonArray { Count: > 0 } list || list.Any(turn => turn is not JsonObject fields || Loose.Text(fields["role"]) is null))
        {
            return null;
        }

        return [.. list.Select(turn => new PromptfooTurn(Loose.Text(turn!["role"])!, Content(turn["content"]), [.. ImagesIn(turn["content"])]))];
    }

    private static string Content(JsonNode? content) => content is JsonArray parts
        ? string.Join('\n', parts.Where(part => ImageIn(part) is null).Select(part => Loose.Text((part as JsonObject)?["text"] ?? part)))
        : Loose.Text(content) ?? "";

    private static IEnumerable<string> ImagesIn(JsonNode? content) => content is JsonArray parts ? parts.Select(ImageIn).OfType<string>() : [];

    /// <summary>The URL or the content of an image in OpenAI's or Anthropic's form; null for other parts.</summary>
    private static string? ImageIn(JsonNode? part) => part is not JsonObject fields ? null : Loose.Text(fields["type"]) switch
    {
        "image_url" or "input_image" => fields["image_url"] is JsonObject image ? Loose.Text(image["url"]) : Loose.Text(fields["image_url"]),
        "image" when fields["source"] is JsonObject source => source["url"] is { } url ? Loose.Text(url) : $"data:image/png;base64,{Loose.Text(source["data"])}",
        _ => null,
    };

    // A value that the template writes as JSON is a text without its quotes.
    [GeneratedRegex(@"(?<=[:\[,]\s*)\{\{-?\s*(?<value>[^{}|]+?)\s*\|\s*(dump|tojson)(\s*\|\s*safe)?\s*-?\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Dumped();

    [GeneratedRegex(@"^\s*[\[{][\s\S]*""role""\s*:", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex LooksLikeChat();

    [GeneratedRegex(@"^data:[^,{]*(\{\{[^}]*\}\}[^,{]*)?,", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DataUrl();

    private static string Excerpt(string text) => text.ReplaceLineEndings(" ") is var line && line.Length <= 50 ? line : $"{text.ReplaceLineEndings(" ")[..50]}...";
}
