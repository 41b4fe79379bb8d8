using System.Text.Json.Nodes;
using FunctionsEval.Providers;

namespace FunctionsEval.Conversions;

/// <summary>A provider of promptfoo as a model, with what is set for it.</summary>
/// <param name="Prompts">Labels of the prompts that it takes; null is all of them.</param>
internal sealed record PromptfooModel(string Name, string Model, double? Temperature, int? MaxTokens, string? Effort, JsonObject Shared, IReadOnlyList<string>? Prompts);

/// <summary>Reads <c>providers</c> (or <c>targets</c>).</summary>
internal sealed class PromptfooProviders(SourceFiles files, Conversion conversion)
{
    // Parts of an id that name the kind of call.
    private static readonly string[] Chats = ["chat", "messages", "responses"];

    private static readonly Dictionary<string, string> Vendors = new(StringComparer.Ordinal)
    {
        ["openai"] = Vendor.OpenAIName,
        ["anthropic"] = "anthropic",
        ["google"] = "google",
        ["palm"] = "google",
        ["vertex"] = "google",
        ["azure"] = Vendor.AzureName,
        ["azureopenai"] = Vendor.AzureName,
        ["xai"] = "xai",
        ["deepseek"] = "deepseek",
        ["mistral"] = "mistral",
    };

    // Servers that speak OpenAI's format under an address of their own.
    private static readonly string[] Compatible =
        ["ollama", "openrouter", "groq", "together", "togetherai", "fireworks", "localai", "llama.cpp", "vllm", "perplexity", "cerebras", "nscale", "novita", "hyperbolic", "lmstudio", "openllm", "databricks", "github", "deepinfra", "litellm", "helicone", "cloudera", "sambanova", "text-generation-webui"];

    private static readonly string[] Known = ["temperature", "max_tokens", "maxTokens", "max_output_tokens", "max_completion_tokens", "maxOutputTokens", "generationConfig", "num_predict", "frequency_penalty", "presence_penalty", "reasoning_effort", "reasoning", "top_p", "topP", "seed", "stop", "response_format", "apiKey", "apiKeyEnvar", "apiHost", "apiBaseUrl", "apiVersion", "deployment_id"];

    private static readonly string[] Parts = ["transform", "delay"];

    public List<PromptfooModel> Read(JsonNode? providers)
    {
        var models = new List<PromptfooModel>();
        foreach (var provider in Loose.Many(providers))
        {
            Add(models, provider);
        }

        return models;
    }

    /// <summary>The model that a grader is, as a judge's.</summary>
    /// <param name="grader">An id, or a mapping with one; null is promptfoo's own choice.</param>
    public string JudgeOf(JsonNode? grader)
    {
        const string Standard = "openai:gpt-4.1";
        var id = Loose.Text(grader is JsonObject fields ? fields["id"] ?? (fields["text"] is JsonObject text ? text["id"] : fields["text"]) : grader);
        if (id is not null && ModelOf(id) is { } model)
        {
            return model;
        }

        conversion.Note(id is null ? $"the configuration names no grader: {Standard} judges" : $"the grader '{id}' is no model that is called here: {Standard} judges");
        return Standard;
    }

    private void Add(List<PromptfooModel> models, JsonNode? provider)
    {
        if (provider is not JsonObject fields)
        {
            var text = Loose.Text(provider) ?? "";
            if (SourceFiles.PathOf(text) is { } path && SourceFiles.EndingOf(path) is ".yaml" or ".yml" or ".json")
            {
                foreach (var inner in Loose.Many(files.Tree(SourceFiles.PathOf(text)!)))
                {
                    Add(models, inner);
                }

                return;
            }

            Add(models, text, []);
            return;
        }

        // { "openai:gpt-4": { config: ... } }
        if (!fields.ContainsKey("id") && fields.Count == 1 && fields.First().Value is JsonObject settings)
        {
            Add(models, fields.First().Key, settings);
            return;
        }

        Add(models, Loose.Text(fields["id"]) ?? "", fields);
    }

    private void Add(List<PromptfooModel> models, string id, JsonObject fields)
    {
        if (ModelOf(id) is not { } model)
        {
            conversion.LeaveOut($"provider '{id}': no model that is called here");
            return;
        }

        var config = fields["config"] as JsonObject ?? [];
        var generation = config["generationConfig"] as JsonObject ?? [];
        foreach (var unknown in config.Select(field => field.Key).Except(Known))
        {
            conversion.LeaveOut($"config.{unknown} of provider '{id}'");
        }

        foreach (var part in Parts.Where(fields.ContainsKey))
        {
            conversion.LeaveOut($"{part} of provider '{id}'");
        }

        if (config["apiBaseUrl"] is { } url)
        {
            conversion.Note($"provider '{id}' is called at {Loose.Text(url)}: run with --base-url {Loose.Text(url)}");
        }

        var name = Loose.Text(fields["label"]) ?? model;
        for (var number = 2; models.Exists(other => other.Name == name); number++)
        {
            name = $"{Loose.Text(fields["label"]) ?? model} {number}";
        }

        var most = Loose.Number(config["max_tokens"] ?? config["max_completion_tokens"] ?? config["max_output_tokens"] ?? config["maxTokens"] ?? config["maxOutputTokens"] ?? config["num_predict"] ?? generation["maxOutputTokens"]);
        models.Add(new PromptfooModel(
            name,
            model,
            Loose.Number(config["temperature"] ?? generation["temperature"]),
            (int?)most,
            Loose.Text(config["reasoning_effort"] ?? (config["reasoning"] as JsonObject)?["effort"]),
            Shared(config),
            fields["prompts"] is { } prompts ? [.. Loose.Many(prompts).Select(prompt => Loose.Text(prompt) ?? "")] : null));
    }

    /// <summary>What a definition says once for all its variants.</summary>
    private static JsonObject Shared(JsonObject config)
    {
        var shared = new JsonObject();
        if (Loose.Number(config["top_p"] ?? config["topP"]) is { } topP)
        {
            shared["topP"] = topP;
        }

        if (Loose.Number(config["seed"]) is { } seed)
        {
            shared["seed"] = (long)seed;
        }

        if (config["stop"] is { } stop)
        {
            shared["stop"] = stop.DeepClone();
        }

        var extra = new JsonObject(config.Where(field => field.Key is "frequency_penalty" or "presence_penalty" && Loose.Number(field.Value) is not null)
            .Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Loose.Number(field.Value))));
        if (extra.Count > 0)
        {
            shared["extra"] = extra;
        }

        if (config["response_format"] is JsonObject format)
        {
            shared["responseFormat"] = Loose.Text(format["type"]) == "json_object" ? "json" : format.DeepClone();
        }

        return shared;
    }

    /// <summary>The model as it is called here; null where it is not.</summary>
    public string? ModelOf(string id)
    {
        var parts = id.Split(':');
        if (parts is ["adaline", var vendor, .. var behind])
        {
            parts = [vendor, .. behind];
        }

        var rest = parts.Length > 1 && Chats.Contains(parts[1]) ? parts[2..] : parts[1..];
        var model = string.Join(':', rest);
        if (model.Length == 0 || rest[0] is "embedding" or "embeddings" or "completion" or "image" or "assistant" or "moderation" or "realtime" or "transcription" or "speech" or "video" or "live")
        {
            return null;
        }

        if (Vendors.TryGetValue(parts[0], out var name))
        {
            if (parts[0] == "vertex")
            {
                conversion.Note("vertex: models are called at Google's Gemini API here, with GOOGLE_API_KEY");
            }

            return $"{name}:{model}";
        }

        if (!Compatible.Contains(parts[0]))
        {
            return null;
        }

        conversion.Note($"provider '{id}' speaks OpenAI's format: set OPENAI_COMPATIBLE_BASE_URL and OPENAI_COMPATIBLE_API_KEY, or run with --base-url");
        return $"{Vendor.CompatibleName}:{model}";
    }
}
