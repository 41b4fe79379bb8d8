using System.Globalization;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval.Agents.Variants;

internal static class VariantsApi
{
    private const int MaxVariants = 20;
    private static readonly string[] Methods = [AssignVariant.Hash, AssignVariant.Thompson];

    public static void MapVariants(this IEndpointRouteBuilder agent)
    {
        agent.MapGet("/variants/compare", Compare);
        agent.MapPost("/variants/assign", Assign);
    }

    internal static async Task<Results<Ok<VariantReport>, ProblemHttpResult>> Compare(
        CompareVariants compare,
        CancellationToken cancellationToken,
        string by = "prompt_variant",
        string? baseline = null,
        [FromQuery(Name = "task_type")] string? taskType = null,
        [FromQuery(Name = "window_days")] int windowDays = 30,
        [FromQuery(Name = "min_samples")] int minSamples = 30,
        string margin = "0.05")
    {
        var isNumber = double.TryParse(margin, NumberStyles.Float, CultureInfo.InvariantCulture, out var share);
        var error = DimensionError(by) ?? MetricsApi.WindowError(windowDays)
            ?? (minSamples is < 2 or > 100_000 ? new FieldError("min_samples", $"min_samples must be between 2 and 100000, but is {minSamples}.") : null)
            ?? (isNumber && share is >= 0 and < 1 ? null : new FieldError("margin", $"margin must be a share from 0 to below 1, but is '{Excerpt.Of(margin)}'."));
        return error is null
            ? TypedResults.Ok(await compare.CompareAsync(new VariantQuestion(by, baseline, taskType, windowDays, minSamples, share), cancellationToken))
            : Problems.Invalid([error]);
    }

    internal static async Task<Results<Ok<VariantAssignment>, ProblemHttpResult>> Assign(
        Body<AssignmentRequest> body, AssignVariant assign, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (body.Value is not { } request)
        {
            return body.Problem!;
        }

        var rules = new TaskRules(clock.GetUtcNow()).Id("task_id", request.TaskId);
        rules.Range("min_exploration", request.MinExploration, 0.01, 1);
        if (DimensionError(request.By) is { } unknown)
        {
            return Problems.Invalid([unknown]);
        }

        if (!Methods.Contains(request.Method, StringComparer.Ordinal))
        {
            rules.Fail("method", $"must be one of {string.Join(", ", Methods)}, but is '{Excerpt.Of(request.Method)}'");
        }

        if (request.Variants.Count is < 2 or > MaxVariants || request.Variants.Distinct(StringComparer.Ordinal).Count() < request.Variants.Count)
        {
            rules.Fail("variants", string.Create(CultureInfo.InvariantCulture, $"must have 2 to {MaxVariants} different entries, but has {request.Variants.Count}"));
        }

        foreach (var (index, variant) in request.Variants.Index())
        {
            rules.Id(string.Create(CultureInfo.InvariantCulture, $"variants[{index}]"), variant);
        }

        return rules.Errors.Count > 0 ? Problems.Invalid(rules.Errors) : TypedResults.Ok(await assign.AssignAsync(request, cancellationToken));
    }

    private static FieldError? DimensionError(string by) => CompareVariants.Dimensions.ContainsKey(by)
        ? null
        : new FieldError("by", $"by must be one of {string.Join(", ", CompareVariants.Dimensions.Keys)}, but is '{Excerpt.Of(by)}'.");
}
