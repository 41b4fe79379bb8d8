using System.Text.Json;
using FunctionsEval.Http;

namespace FunctionsEval.Agents.Thresholds;

/// <summary>From when on a rule speaks. The variable FUNCTIONSEVAL_AGENTS changes any of them: a JSON object such as {"queue": {"stale_hours": 12}}.</summary>
public sealed record AgentThresholds(
    QueueThresholds Queue, PipelineThresholds Pipeline, UsageThresholds Usage, ProposalSettings Proposals, TestingThresholds Testing, WebhookSettings? Webhook = null)
{
    public const string Variable = "FUNCTIONSEVAL_AGENTS";

    public static readonly AgentThresholds Standard = new(new QueueThresholds(), new PipelineThresholds(), new UsageThresholds(), new ProposalSettings(), new TestingThresholds());

    /// <exception cref="FormatException">The variable is not such an object; the message names field, value and rule.</exception>
    public static AgentThresholds Parse(string? json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return Standard;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var shape = new RequestShape(ThresholdsJson.Context.Options);
            shape.Check(document.RootElement, typeof(GivenThresholds));
            if (shape.Errors is [var error, ..])
            {
                throw new FormatException($"{Variable}: {error.Message}");
            }

            var given = document.RootElement.Deserialize(ThresholdsJson.Context.GivenThresholds)!;
            if (given.Webhook is { } webhook
                && !(Uri.TryCreate(webhook.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && webhook.Hosts.Contains(url.Host, StringComparer.OrdinalIgnoreCase)))
            {
                throw new FormatException($"{Variable}: webhook.url must be an http or https URL of one of webhook.hosts, but its host is not among: {string.Join(", ", webhook.Hosts)}.");
            }

            return new AgentThresholds(
                given.Queue ?? Standard.Queue, given.Pipeline ?? Standard.Pipeline, given.Usage ?? Standard.Usage, given.Proposals ?? Standard.Proposals, given.Testing ?? Standard.Testing, given.Webhook);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{Variable} must be a JSON object: {exception.Message}", exception);
        }
    }
}

/// <summary>What of <see cref="AgentThresholds"/> is given.</summary>
public sealed record GivenThresholds(
    QueueThresholds? Queue = null, PipelineThresholds? Pipeline = null, UsageThresholds? Usage = null, ProposalSettings? Proposals = null, TestingThresholds? Testing = null, WebhookSettings? Webhook = null);

/// <param name="StaleHours">A pending task that waits so long is stale, and so is one that needs a decision.</param>
/// <param name="Similarity">Two directions are duplicates from this share of common three-word sequences on (Jaccard index).</param>
/// <param name="OvertakenHours">So long a task of priority 1 or 2 may wait while one of 4 or 5 is taken.</param>
public sealed record QueueThresholds(double StaleHours = 24, double Similarity = 0.7, double OvertakenHours = 1);

/// <param name="StuckMinutes">A type of which tasks wait so long, none runs and none ended meanwhile, is stuck.</param>
/// <param name="OrphanMinutes">A task that runs so long, and four times as long as 95% of its type, is an orphan.</param>
/// <param name="RepeatedFailures">So many failures of the same kind within a day.</param>
/// <param name="TimeoutShare">The share of tasks of a type that may time out within a day, with an interval of 99%.</param>
/// <param name="FailureShare">The share of tasks of an executor that may fail within a day, with an interval of 99%.</param>
/// <param name="SuccessRate">Of all tasks within a week, with an interval of 99%.</param>
/// <param name="MinTasks">Fewer tasks tell nothing about a share.</param>
public sealed record PipelineThresholds(
    double StuckMinutes = 60,
    double OrphanMinutes = 120,
    int RepeatedFailures = 5,
    double TimeoutShare = 0.15,
    double FailureShare = 0.4,
    double SuccessRate = 0.8,
    int MinTasks = 10,
    double VariantLoss = 0.1,
    int MinVariantTasks = 30);

/// <param name="SpikeScore">So many robust standard deviations above what the weekday is used to.</param>
/// <param name="SpikeRatio">And so many times that.</param>
/// <param name="MinUsd">And so many dollars more.</param>
/// <param name="MinBaselineDays">Days with tasks that a baseline needs.</param>
/// <param name="Throttle">While a spike of cost is open, no task is handed out.</param>
public sealed record UsageThresholds(double SpikeScore = 6, double SpikeRatio = 1.8, double MinUsd = 1, int MinBaselineDays = 14, bool Throttle = false);

/// <param name="Autonomous">Proposals become tasks without a person.</param>
/// <param name="DailyCap">Of proposals that are accepted without a person.</param>
/// <param name="CooldownHours">After a proposal was decided, none about the same is made for so long.</param>
/// <param name="StalledDays">A goal without progress for so long is stalled.</param>
public sealed record ProposalSettings(bool Autonomous = false, int DailyCap = 5, double CooldownHours = 72, double StalledDays = 7);

/// <param name="MinCoverage">The share of lines that tests must run.</param>
/// <param name="Holdout">Tests whose names hold this are not shown to agents, and count neither for nor against them.</param>
public sealed record TestingThresholds(double MinCoverage = 0.8, string Holdout = "holdout");

/// <param name="Url">Where new and resolved findings are posted.</param>
/// <param name="Hosts">The hosts that may be posted to.</param>
/// <param name="Secret">Signs the body: HMAC-SHA256.</param>
public sealed record WebhookSettings(string Url, IReadOnlyList<string> Hosts, string? Secret = null);
