using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace FunctionsEval.Configuration;

/// <summary>
/// The settings of the service. What definitions get by default can be changed while it runs; what names folders, hosts and keys cannot: whoever may
/// call the API need not be the one who runs the machine.
/// </summary>
internal static class SettingsApi
{
    private const string Service = "service";

    public static void MapSettings(this IEndpointRouteBuilder api)
    {
        api.MapGet("/settings", Get);
        api.MapPut("/settings", Put);
    }

    internal static async Task<Results<Ok<ServiceSettings>, StatusCodeHttpResult>> Get(
        HttpContext context, Settings settings, ServiceDefaults defaults, CancellationToken cancellationToken)
    {
        var (stored, version) = await defaults.FindAsync(cancellationToken);
        var tag = Tag(context, version);
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(known => Matches(known, tag))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(ViewOf(settings, stored));
    }

    /// <summary>Sets all that can be set; a field that is left out is as the service was started. <c>If-Match</c> refuses to overwrite what somebody else set since.</summary>
    internal static async Task<Results<Ok<ServiceSettings>, ProblemHttpResult>> Put(
        HttpContext context, Body<SettingsChange> body, Settings settings, ServiceDefaults defaults, CancellationToken cancellationToken)
    {
        if (body.Value is not { } change)
        {
            return body.Problem!;
        }

        if (ErrorsOf(change) is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        var (_, version) = await defaults.FindAsync(cancellationToken);
        var expected = context.Request.GetTypedHeaders().IfMatch;
        var current = Tag(context, version);
        if (expected.Count > 0 && !expected.Any(known => Matches(known, current)))
        {
            return Changed();
        }

        var wanted = new DefinitionDefaults(change.Models ?? [], change.SamplesPerScenario, change.BudgetUsd);
        if (!await defaults.ReplaceAsync(wanted, version, cancellationToken))
        {
            return Changed();
        }

        Tag(context, (await defaults.FindAsync(cancellationToken)).Version);
        return TypedResults.Ok(ViewOf(settings, wanted));
    }

    private static List<FieldError> ErrorsOf(SettingsChange change)
    {
        var errors = new List<FieldError>();
        Add("samplesPerScenario", change.SamplesPerScenario is { } samples ? DefinitionRules.ValidateSamples(samples) : null);
        Add("budgetUsd", change.BudgetUsd is { } budget ? DefinitionRules.ValidateBudget(budget)?.Replace("budget.maxUsd", "budgetUsd", StringComparison.Ordinal) : null);
        Add("models", change.Models is { Count: > 0 } models ? DefinitionRules.ValidateModels(models) : null);
        foreach (var (index, model) in (change.Models ?? []).Index())
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"models[{index}]");
            Add(field, Settings.ModelError(model) is { } problem ? $"{field} {problem}" : null);
        }

        return errors;

        void Add(string field, string? message)
        {
            if (message is not null)
            {
                errors.Add(new FieldError(field, message));
            }
        }
    }

    private static ServiceSettings ViewOf(Settings settings, DefinitionDefaults stored)
    {
        Dictionary<string, string?> set = new(StringComparer.Ordinal)
        {
            [KnownSetting.Models.Variable] = stored.Models.Count == 0 ? null : string.Join(Settings.ModelSeparator, stored.Models),
            [KnownSetting.Samples.Variable] = stored.SamplesPerScenario?.ToString(CultureInfo.InvariantCulture),
            [KnownSetting.Budget.Variable] = stored.BudgetUsd?.ToString("R", CultureInfo.InvariantCulture),
        };
        return new ServiceSettings(
            new SettingsChange(stored.Models.Count == 0 ? null : stored.Models, stored.SamplesPerScenario, stored.BudgetUsd),
            [.. settings.Views().Select(view => set.GetValueOrDefault(view.Variable) is { } value ? view with { Value = value, From = Service } : view)]);
    }

    private static EntityTagHeaderValue Tag(HttpContext context, string? version)
    {
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version ?? "")).AsSpan(0, 16))}\"");
        context.Response.GetTypedHeaders().ETag = tag;
        context.Response.Headers.CacheControl = "private, no-cache";
        return tag;
    }

    private static bool Matches(EntityTagHeaderValue known, EntityTagHeaderValue tag) => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false);

    private static ProblemHttpResult Changed() => TypedResults.Problem(
        "The settings were changed since they were read: read them again (GET /api/settings) and send the change with their ETag.", statusCode: StatusCodes.Status412PreconditionFailed);
}

/// <summary>What can be set over HTTP: what definitions get that they do not say themselves.</summary>
/// <param name="Models">Each provider:model.</param>
/// <param name="SamplesPerScenario">1 to 100.</param>
/// <param name="BudgetUsd">The most that a run may cost.</param>
public sealed record SettingsChange(IReadOnlyList<string>? Models = null, int? SamplesPerScenario = null, double? BudgetUsd = null);

/// <param name="Set">What was set over HTTP, as PUT takes it.</param>
public sealed record ServiceSettings(SettingsChange Set, IReadOnlyList<SettingView> Settings);

[JsonSerializable(typeof(ServiceSettings))]
[JsonSerializable(typeof(SettingsChange))]
internal sealed partial class SettingsJson : JsonSerializerContext
{
    public static SettingsJson Context { get; } = new(JsonRules.NewOptions());
}
