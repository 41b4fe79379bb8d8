using System.Globalization;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval.Agents.Metrics;

internal static class MetricsApi
{
    public const int MaxWindowDays = 90;

    private const int DefaultWindowDays = 7;
    private const int MaxBatch = 1_000;

    private static readonly Dictionary<string, TaskSource> Sources = Enum.GetValues<TaskSource>().ToDictionary(JsonRules.Name, StringComparer.Ordinal);

    public static void MapMetrics(this IEndpointRouteBuilder agent)
    {
        agent.MapPost("/metrics", Record);
        agent.MapPost("/metrics/batch", RecordBatch);
        agent.MapGet("/metrics", Get);
    }

    internal static async Task<Results<Created<MetricRecorded>, Ok<MetricRecorded>, ProblemHttpResult>> Record(
        Body<TaskMetric> body, RecordMetrics record, TimeProvider clock, CancellationToken cancellationToken, bool amend = false)
    {
        if (body.Value is not { } metric)
        {
            return body.Problem!;
        }

        if (new TaskRules(clock.GetUtcNow()).Check(metric).Errors is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        return (await record.RecordAsync([metric], amend, cancellationToken))[0] switch
        {
            MetricOutcome.Recorded => TypedResults.Created($"/api/agent/tasks/{Uri.EscapeDataString(metric.TaskId)}", new MetricRecorded(true, metric.TaskId)),
            MetricOutcome.Conflict => Conflict([metric.TaskId]),
            MetricOutcome.Amended => TypedResults.Ok(new MetricRecorded(true, metric.TaskId, Amended: true)),
            _ => TypedResults.Ok(new MetricRecorded(false, metric.TaskId)),
        };
    }

    internal static async Task<Results<Ok<MetricBatchRecorded>, ProblemHttpResult>> RecordBatch(
        Body<MetricBatch> body, RecordMetrics record, TimeProvider clock, CancellationToken cancellationToken, bool amend = false)
    {
        if (body.Value is not { } batch)
        {
            return body.Problem!;
        }

        if (ErrorsIn(batch, clock.GetUtcNow()) is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        var outcomes = await record.RecordAsync(batch.Metrics, amend, cancellationToken);
        if (outcomes.Contains(MetricOutcome.Conflict))
        {
            return Conflict([.. batch.Metrics.Zip(outcomes).Where(entry => entry.Second == MetricOutcome.Conflict).Select(entry => entry.First.TaskId)]);
        }

        int Count(MetricOutcome outcome) => outcomes.Count(one => one == outcome);
        return TypedResults.Ok(new MetricBatchRecorded(Count(MetricOutcome.Recorded), Count(MetricOutcome.Unchanged), Count(MetricOutcome.Amended)));
    }

    internal static async Task<Results<Ok<MetricsReport>, ProblemHttpResult>> Get(
        TaskMetrics metrics, CancellationToken cancellationToken, [FromQuery(Name = "window_days")] int windowDays = DefaultWindowDays, string source = "all")
    {
        var error = WindowError(windowDays) ?? (Sources.ContainsKey(source) ? null
            : new FieldError("source", $"source must be one of {string.Join(", ", Sources.Keys)}, but is '{Excerpt.Of(source)}'."));
        return error is null ? TypedResults.Ok(await metrics.ReportAsync(windowDays, Sources[source], cancellationToken)) : Problems.Invalid([error]);
    }

    public static FieldError? WindowError(int windowDays) => windowDays is < 1 or > MaxWindowDays
        ? new FieldError("window_days", string.Create(CultureInfo.InvariantCulture, $"window_days must be between 1 and {MaxWindowDays}, but is {windowDays}."))
        : null;

    private static List<FieldError> ErrorsIn(MetricBatch batch, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        if (batch.Metrics.Count is 0 or > MaxBatch)
        {
            errors.Add(new FieldError("metrics", string.Create(CultureInfo.InvariantCulture, $"metrics must have 1 to {MaxBatch:N0} entries, but has {batch.Metrics.Count:N0}.")));
            return errors;
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, metric) in batch.Metrics.Index())
        {
            var rules = new TaskRules(now, string.Create(CultureInfo.InvariantCulture, $"metrics[{index}].")).Check(metric);
            if (!ids.Add(metric.TaskId))
            {
                rules.Fail("task_id", $"must be given once in a batch, but '{Excerpt.Of(metric.TaskId)}' is given twice");
            }

            errors.AddRange(rules.Errors);
        }

        return errors;
    }

    private static ProblemHttpResult Conflict(IReadOnlyList<string> ids) => TypedResults.Problem(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Something else was reported of {(ids.Count == 1 ? "task" : $"{ids.Count} tasks, as")} '{Excerpt.Of(ids[0])}'; nothing is stored. amend=true replaces what was reported."),
        statusCode: StatusCodes.Status409Conflict);
}

/// <param name="Recorded">False when the same was reported before.</param>
/// <param name="Amended">True when it replaces what was reported before.</param>
public sealed record MetricRecorded(bool Recorded, string TaskId, bool Amended = false);

public sealed record MetricBatch(IReadOnlyList<TaskMetric> Metrics);

public sealed record MetricBatchRecorded(int Recorded, int Unchanged, int Amended);
