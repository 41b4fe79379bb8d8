using System.Globalization;
using FunctionsEval.Http;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Tasks;

/// <summary>What a request about tasks must keep to. Each complaint names field, value and rule.</summary>
internal sealed class TaskRules(DateTimeOffset now, string prefix = "")
{
    public const int MaxId = 200;
    public const int MaxType = 100;
    public const int MaxDirection = 20_000;
    public const int MaxError = 8_000;
    public const int MaxDependencies = 50;
    public const double MaxDurationSeconds = 86_400;
    public const double MaxCostUsd = 1_000;

    private const string EscapedSlash = "%2F";
    private const int MaxName = 200;
    private const long MaxTokens = 1_000_000_000;

    /// <summary>Clocks differ a little.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(1);

    private static readonly DateTimeOffset First = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<FieldError> _errors = [];

    public IReadOnlyList<FieldError> Errors => _errors;

    public TaskRules Check(TaskRequest request)
    {
        Id("task_id", request.TaskId);
        Text("task_type", request.TaskType, MaxType);
        Text("direction", request.Direction, MaxDirection, isBlock: true);
        Range("priority", request.Priority, TaskRequest.FirstPriority, TaskRequest.LastPriority);
        OptionalId("goal", request.Goal);
        OptionalId("backlog_item", request.BacklogItem);
        Optional("model", request.Model, MaxName);
        Optional("executor", request.Executor, MaxType);
        if (request.Context is { } context)
        {
            Optional("context.prompt_variant", context.PromptVariant, MaxName);
            Optional("context.skill_version", context.SkillVersion, MaxName);
            Optional("context.proposal", context.Proposal, MaxId);
            Probability("context.assignment_probability", context.AssignmentProbability);
        }

        Dependencies(request);
        return this;
    }

    public TaskRules Check(TaskMetric metric)
    {
        Id("task_id", metric.TaskId);
        Text("task_type", metric.TaskType, MaxType);
        Text("model", metric.Model, MaxName);
        if (!metric.Status.IsEnded())
        {
            Fail("status", $"must be completed, failed or timed_out, but is {JsonRules.Name(metric.Status)}");
        }

        if (metric.CreatedAt is { } at && (at > now + Ahead || at < First))
        {
            Fail("created_at", string.Create(CultureInfo.InvariantCulture, $"must be between {First:yyyy-MM-dd} and now, {now:yyyy-MM-ddTHH:mm:ssZ}, but is {at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"));
        }

        Optional("executor", metric.Executor, MaxType);
        Optional("prompt_variant", metric.PromptVariant, MaxName);
        Optional("skill_version", metric.SkillVersion, MaxName);
        Optional("goal", metric.Goal, MaxId);
        Probability("assignment_probability", metric.AssignmentProbability);
        return Measured(metric.DurationSeconds, metric.Usage, metric.Error, metric.OutputChars);
    }

    public TaskRules Check(TaskUpdate update)
    {
        Optional("model", update.Model, MaxName);
        Optional("executor", update.Executor, MaxType);
        return Measured(update.DurationSeconds, update.Usage, update.Error, update.OutputChars);
    }

    public TaskRules Id(string field, string id)
    {
        Text(field, id, MaxId);
        if (id.Length <= MaxId && !TableKeys.IsAgentId(id))
        {
            Fail(field, $"must be shorter, for / \\ # ? % . ~ $ > [ and blanks count three times in it, but is '{Excerpt.Of(id)}'");
        }

        if (id.Contains(EscapedSlash, StringComparison.OrdinalIgnoreCase))
        {
            Fail(field, $"must not hold {EscapedSlash}, which stands for / in addresses, but is '{Excerpt.Of(id)}'");
        }

        return this;
    }

    /// <summary>An id as an address holds it: a server leaves an escaped slash as it is, for it must not part the address.</summary>
    public static string FromAddress(string id) => id.Replace(EscapedSlash, "/", StringComparison.OrdinalIgnoreCase);

    private void OptionalId(string field, string? id)
    {
        if (id is not null)
        {
            Id(field, id);
        }
    }

    public void Optional(string field, string? text, int max)
    {
        if (text is not null)
        {
            Text(field, text, max);
        }
    }

    /// <param name="isBlock">Text of several lines, which may be empty.</param>
    public void Text(string field, string? text, int max, bool isBlock = false)
    {
        if (isBlock ? text is null : false)
        {
            return;
        }

        if (text!.Length > max || (!isBlock && string.IsNullOrWhiteSpace(text)))
        {
            Fail(field, string.Create(CultureInfo.InvariantCulture, $"must have {(isBlock ? 0 : 1)} to {max:N0} characters, but has {text.Length:N0}{(text.Length > max ? $": '{Excerpt.Of(text)}'" : "")}"));
        }
        else if (text.Any(unit => char.IsControl(unit) && !(isBlock && unit is '\n' or '\r' or '\t')))
        {
            Fail(field, $"must not hold control characters, but is '{Excerpt.Of(text)}'");
        }
    }

    public void Range(string field, double? value, double min, double max)
    {
        if (value is { } number && !(number >= min && number <= max))
        {
            Fail(field, string.Create(CultureInfo.InvariantCulture, $"must be between {min:0.##} and {max:0.##}, but is {number}"));
        }
    }

    public void Fail(string field, string rule) => _errors.Add(new FieldError(prefix + field, $"{prefix}{field} {rule}."));

    private TaskRules Measured(double? durationSeconds, TaskUsage? usage, string? error, int? outputChars)
    {
        Range("duration_seconds", durationSeconds, 0, MaxDurationSeconds);
        Range("usage.input_tokens", usage?.InputTokens, 0, MaxTokens);
        Range("usage.output_tokens", usage?.OutputTokens, 0, MaxTokens);
        Range("usage.calls", usage?.Calls, 0, MaxTokens);
        Range("usage.cost_usd", usage?.CostUsd, 0, MaxCostUsd);
        Range("output_chars", outputChars, 0, int.MaxValue);
        Text("error", error, MaxError, isBlock: true);
        return this;
    }

    private void Probability(string field, double? value)
    {
        if (value is { } p && !(p is > 0 and <= 1))
        {
            Fail(field, string.Create(CultureInfo.InvariantCulture, $"must be above 0 and at most 1, but is {p}"));
        }
    }

    private void Dependencies(TaskRequest request)
    {
        var dependencies = request.DependsOn ?? [];
        if (dependencies.Count > MaxDependencies)
        {
            Fail("depends_on", string.Create(CultureInfo.InvariantCulture, $"must have at most {MaxDependencies} entries, but has {dependencies.Count}"));
            return;
        }

        foreach (var (index, id) in dependencies.Index())
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"depends_on[{index}]");
            Id(field, id);
            if (id == request.TaskId)
            {
                Fail(field, $"must not be the task itself, but is '{Excerpt.Of(id)}'");
            }
        }
    }
}
