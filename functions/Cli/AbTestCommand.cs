using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionsEval.AbTests;
using FunctionsEval.Content;
using FunctionsEval.Http;
using FunctionsEval.Local;

namespace FunctionsEval.Cli;

/// <summary>functionseval abtest TOPIC: triages a sample of the topic's candidates with several variants and prints them side by side.</summary>
internal static class AbTestCommand
{
    private static readonly Argument<string> Topic = new("topic") { Description = "The topic's id, or its name" };
    private static readonly Option<string[]> Variants = new("--variant")
    {
        Description = "name=provider:model[,effort=none|low|medium|high][,tokens=N]; at least two",
        HelpName = "VARIANT",
        Required = true,
    };

    private static readonly Option<string?> From = new("--from") { Description = "Begin of the window; seven days before its end when missing", HelpName = "TIME" };
    private static readonly Option<string?> To = new("--to") { Description = "End of the window; now when missing", HelpName = "TIME" };
    private static readonly Option<int?> MaxItems = new("--max-items") { Description = "Candidates to sample, at most 200 (default 50)", HelpName = "N", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<int?> Samples = new("--samples") { Description = "Samples per candidate and variant, 1..100", HelpName = "N", CustomParser = NumberParser.Optional<int> };

    private static readonly Option<double?> Margin = new("--margin") { Description = "Smallest difference that matters, in points of the score and percentage points of the flags", HelpName = "POINTS", CustomParser = NumberParser.Optional<double> };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("abtest", "Compare models on a sample of imported content")
        {
            Topic, Variants, From, To, MaxItems, Samples, Margin, CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        settings.RequireExistingStore();
        return RunSession.StartAsync(terminal, settings, arguments.GetValue(CommonOptions.Json), async program =>
        {
            var topicId = await TopicIdAsync(program, arguments.GetRequiredValue(Topic), cancellationToken);

            // The same body as over HTTP, so the same rules and the same messages.
            var body = BodyOf(arguments, topicId, program.Clock.GetUtcNow());
            var (request, error) = program.Get<AbTestRequestReader>().Read(JsonSerializer.Deserialize(body.ToJsonString(), AbTestsJson.Context.JsonElement), settings.BaseUrl);
            if (request is null)
            {
                throw new UsageException(OptionNames.In(error!.Message, arguments));
            }

            return await program.Get<StartAbTest>().StartAsync(request, settings.BaseUrl, cancellationToken) is AbTestOutcome.Started(var run)
                ? run
                : throw new UsageException($"topic '{topicId}' does not exist in this store: import content first.");
        }, cancellationToken);
    }

    private static async Task<string> TopicIdAsync(LocalProgram program, string topic, CancellationToken cancellationToken)
    {
        if (Guid.TryParseExact(topic, "D", out _))
        {
            return topic;
        }

        var (topics, _) = await program.Get<ContentStore>().TopicsAsync(Paging.MaxPageSize, null, cancellationToken);
        return topics.Where(known => known.Name.Equals(topic, StringComparison.OrdinalIgnoreCase)).ToList() is [var only]
            ? only.TopicId
            : throw new UsageException($"there is no single topic '{topic}' in this store; it has: {string.Join(", ", topics.Select(known => $"{known.Name} ({known.TopicId})"))}.");
    }

    private static JsonObject BodyOf(ParseResult arguments, string topicId, DateTimeOffset now)
    {
        var to = arguments.GetValue(To);
        var from = arguments.GetValue(From);
        var end = to is null ? now : IsoTime.Parse(to) ?? now;
        var body = new JsonObject
        {
            ["topicId"] = topicId,
            ["windowStart"] = from ?? end.AddDays(-7).ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture),
            ["windowEnd"] = to ?? now.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture),
            ["variants"] = new JsonArray([.. arguments.GetRequiredValue(Variants).Select(VariantOf)]),
        };
        if (arguments.GetValue(MaxItems) is { } maxItems)
        {
            body["maxItems"] = maxItems;
        }

        if (arguments.GetValue(Samples) is { } samples)
        {
            body["samples"] = samples;
        }

        if (arguments.GetValue(Margin) is { } margin)
        {
            body["margin"] = margin;
        }

        return body;
    }

    private static JsonObject VariantOf(string text)
    {
        var parts = text.Split(',');
        var (name, model) = Pair(parts[0], text);
        var provider = model.Split(':', 2);
        var variant = new JsonObject { ["name"] = name, ["provider"] = provider.Length == 2 ? provider[0] : null, ["model"] = provider[^1] };
        foreach (var part in parts.Skip(1))
        {
            var (key, value) = Pair(part, text);
            switch (key)
            {
                case "effort":
                    variant["reasoningEffort"] = value;
                    break;
                case "tokens":
                    variant["maxOutputTokens"] = int.TryParse(value, CultureInfo.InvariantCulture, out var tokens) ? tokens : value;
                    break;
                default:
                    throw new UsageException($"--variant '{text}': '{key}' is unknown; known are effort and tokens.");
            }
        }

        return variant;
    }

    private static (string Name, string Value) Pair(string part, string text) =>
        part.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } value]
            ? (name.Trim(), value.Trim())
            : throw new UsageException($"--variant '{text}' must be name=provider:model[,effort=...][,tokens=...].");
}
