using System.Globalization;
using System.Text.Json;
using FunctionsEval.Content;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Http;
using FunctionsEval.Models;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Catalog;

namespace FunctionsEval.AbTests;

/// <summary>Reads the body of a request for an A/B test; gives the request, or the first thing that is wrong with it.</summary>
public sealed class AbTestRequestReader(ProviderCatalogs catalogs)
{
    private static readonly string[] Fields = ["topicId", "windowStart", "windowEnd", "variants", "maxItems", "samples", "margin"];
    private static readonly string[] VariantFields = ["name", "provider", "model", "reasoningEffort", "maxOutputTokens", "preamble"];
    // They lie together on the row of the run, which holds 1 MiB.
    private const int MaxPreambles = 300_000;

    private static readonly string[] Efforts = ["none", "low", "medium", "high"];

    internal (AbTestRequest? Request, AdminError? Error) Read(JsonElement body, string? baseUrl = null)
    {
        try
        {
            return (ReadChecked(body, baseUrl), null);
        }
        catch (RefusedException refused)
        {
            return (null, new AdminError(refused.Code, refused.Message));
        }
    }

    private AbTestRequest ReadChecked(JsonElement body, string? baseUrl)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new RefusedException("The body must be a JSON object.", AdminError.InvalidBody);
        }

        RejectOthers(body, Fields, "");
        var topicId = Text(body, "topicId");
        Require(Guid.TryParseExact(topicId, "D", out _), $"topicId must be a UUID, but is {Shown(body, "topicId")}.");
        var window = ReadWindow(body);
        var variants = ReadVariants(body, baseUrl);
        return new AbTestRequest(
            TopicIds.Normal(topicId!),
            window,
            variants,
            Math.Min(Positive(body, "maxItems", "maxItems") ?? AbTestRequest.DefaultMaxItems, AbTestRequest.LargestMaxItems),
            Samples(body),
            Margin(body));
    }

    private static TimeWindow ReadWindow(JsonElement body)
    {
        var (start, end) = (Time(body, "windowStart"), Time(body, "windowEnd"));
        Require(start < end, $"windowStart must be before windowEnd, but {Shown(body, "windowStart")} is not before {Shown(body, "windowEnd")}.");
        return new TimeWindow(start, end);
    }

    private List<Variant> ReadVariants(JsonElement body, string? baseUrl)
    {
        var list = Find(body, "variants");
        Require(
            list is { ValueKind: JsonValueKind.Array } && list.Value.GetArrayLength() is >= 2 and <= AbTestRequest.MaxVariants,
            $"variants must be a list of 2 to {AbTestRequest.MaxVariants} variants.");
        var variants = new List<Variant>();
        foreach (var (index, entry) in list!.Value.EnumerateArray().Index())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"variants[{index}]");
            var variant = ReadVariant(entry, path, baseUrl);
            Require(variants.TrueForAll(other => other.Name != variant.Name), $"{path}.name repeats '{variant.Name}': names tell results apart.");
            variants.Add(variant);
        }

        var preambles = variants.Sum(variant => variant.Preamble?.Length ?? 0);
        Require(preambles <= MaxPreambles, FormattableString.Invariant($"variants must have at most {MaxPreambles:N0} characters in all their preambles, but have {preambles:N0}."));
        return variants;
    }

    private Variant ReadVariant(JsonElement entry, string path, string? baseUrl)
    {
        Require(entry.ValueKind == JsonValueKind.Object, $"{path} must be an object.");
        RejectOthers(entry, VariantFields, path + ".");
        var (name, provider, model) = (Text(entry, "name"), Text(entry, "provider"), Text(entry, "model"));
        Require(!string.IsNullOrWhiteSpace(name) && name.Length <= DefinitionRules.MaxModelLength, $"{path}.name must be text that is not blank, of at most {DefinitionRules.MaxModelLength} characters.");
        Require(!string.IsNullOrWhiteSpace(provider), $"{path}.provider must be the name of a provider, such as openai.");
        Require(!string.IsNullOrWhiteSpace(model), $"{path}.model must be text that is not blank.");
        Require(provider!.Length + model!.Length < DefinitionRules.MaxModelLength, $"{path}.model and its provider must have fewer than {DefinitionRules.MaxModelLength} characters.");
        CheckModel(provider, model, path, baseUrl);
        var effort = Text(entry, "reasoningEffort");
        Require(
            Find(entry, "reasoningEffort") is null || Efforts.Contains(effort, StringComparer.Ordinal),
            $"{path}.reasoningEffort must be none, low, medium, high or null, but is {Shown(entry, "reasoningEffort")}.");
        var preamble = Text(entry, "preamble");
        Require(Find(entry, "preamble") is null || !string.IsNullOrWhiteSpace(preamble), $"{path}.preamble must be text that is not blank.");
        var maxTokens = Positive(entry, "maxOutputTokens", $"{path}.maxOutputTokens");
        return new Variant(name!.Trim(), $"{provider.Trim()}:{model.Trim()}", preamble, MaxTokens: maxTokens, ReasoningEffort: effort);
    }

    private void CheckModel(string provider, string model, string path, string? baseUrl)
    {
        switch (catalogs.For(baseUrl).Resolve($"{provider.Trim()}:{model.Trim()}"))
        {
            case ProviderResolution.Resolved resolved:
                Require(
                    resolved.ProviderName.Equals(provider.Trim(), StringComparison.OrdinalIgnoreCase),
                    $"{path}.provider '{Excerpt.Of(provider)}' is not a known provider.");
                break;
            case ProviderResolution.Unsupported(var failure):
                var field = failure.Code == ModelErrorCode.UnsupportedProvider ? "provider" : "model";
                throw new RefusedException($"{path}.{field} cannot be called: {failure.Code.ToWire()}: {failure.Message}");
        }
    }

    private static int Samples(JsonElement body)
    {
        var samples = Positive(body, "samples", "samples") ?? 1;
        Require(samples <= DefinitionRules.MaxSamples, $"samples must be between 1 and {DefinitionRules.MaxSamples}, but is {samples}.");
        return samples;
    }

    private static double? Margin(JsonElement body)
    {
        if (Find(body, "margin") is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var margin) && margin is > 0 and < 100
            ? margin
            : throw new RefusedException($"margin must be a number of points above 0 and below 100, but is {Excerpt.Of(value)}.");
    }

    private static DateTimeOffset Time(JsonElement body, string name) =>
        IsoTime.Parse(Text(body, name)) ?? throw new RefusedException($"{name} must be an ISO 8601 time such as 2026-05-04T00:00:00Z, but is {Shown(body, name)}.");

    private static int? Positive(JsonElement body, string name, string path)
    {
        if (Find(body, name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
            ? number
            : throw new RefusedException($"{path} must be a positive whole number, but is {Excerpt.Of(value)}.");
    }

    private static string? Text(JsonElement body, string name) => Find(body, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement? Find(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Shown(JsonElement body, string name) => Find(body, name) is { } value ? Excerpt.Of(value) : "missing";

    private static void RejectOthers(JsonElement body, string[] known, string path)
    {
        foreach (var property in body.EnumerateObject())
        {
            Require(known.Contains(property.Name, StringComparer.Ordinal), $"{path}{Excerpt.Of(property.Name)} is not a known field.");
        }
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new RefusedException(message);
        }
    }

    // Only the first complaint is told, so reading ends with it; it never leaves this class.
    private sealed class RefusedException(string message, string code = AdminError.InvalidParam) : Exception(message)
    {
        public string Code => code;
    }
}
