using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Reviews;

/// <summary>What is posted to the webhook: findings that are new, and those that are resolved.</summary>
public sealed record FindingsMessage(DateTimeOffset At, IReadOnlyList<Finding> Findings);

/// <summary>
/// Posts new and resolved findings to the URL of the settings, signed. A message that cannot be delivered is kept and sent with the next review,
/// oldest first, for a week.
/// </summary>
public sealed partial class FindingsWebhook(AgentThresholds settings, IEntityStore entities, ILogger<FindingsWebhook> logger)
{
    /// <summary>HMAC-SHA256 of the body with the secret, as <c>sha256=</c> and hexadecimal digits.</summary>
    public const string SignatureHeader = "x-functionseval-signature";

    private const int Tries = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    // A redirect could lead to a host that is not allowed.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Patience };

    /// <summary>The row of a message, to be stored with the findings that it is about; null where there is no webhook.</summary>
    public Entity? MessageOf(IReadOnlyList<Finding> changed, DateTimeOffset now)
    {
        if (settings.Webhook is null || changed.Count == 0)
        {
            return null;
        }

        var row = new Entity(TableKeys.AllFindings, TableKeys.FindingMessage(now, changed[0].Id)) { ["at"] = now };
        row.SetText("message", JsonSerializer.Serialize(new FindingsMessage(now, changed), ReviewsJson.Context.FindingsMessage));
        return row;
    }

    /// <summary>Delivers what is stored and not delivered yet.</summary>
    public async Task SendAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (settings.Webhook is not { } webhook)
        {
            return;
        }

        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Findings, TableKeys.AllFindings, RowFrom: TableKeys.AfterFindings), cancellationToken))
        {
            if (await DeliverAsync(webhook, row.GetText("message")!, cancellationToken) is { } problem)
            {
                LogNotDelivered(new Uri(webhook.Url).Host, problem);
                if (now - row.GetDateTimeOffset("at") < KeptFor)
                {
                    return;
                }
            }

            await entities.SubmitAsync(TableKeys.Findings, EntityOperation.Delete(row.PartitionKey, row.RowKey), cancellationToken);
        }
    }

    /// <summary>Why it was not taken; null when it was.</summary>
    private static async Task<string?> DeliverAsync(WebhookSettings webhook, string message, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(message);
        string? problem = null;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new("application/json");
                if (webhook.Secret is { Length: > 0 } secret)
                {
                    request.Headers.Add(SignatureHeader, $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))}");
                }

                using var response = await Client.SendAsync(request, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return null;
                }

                problem = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)response.StatusCode}");
            }
            catch (HttpRequestException exception)
            {
                problem = exception.Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                problem = "no answer in time";
            }
        }

        return problem;
    }

    [LoggerMessage(LogLevel.Warning, "The webhook at {Host} did not take a message: {Problem}; it is sent again with the next review")]
    private partial void LogNotDelivered(string host, string problem);
}
