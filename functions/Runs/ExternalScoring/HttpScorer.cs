using System.Net;
using System.Net.Http.Headers;

namespace FunctionsEval.Runs.ExternalScoring;

/// <summary>Asks a service for one score by POST. Redirects are not followed: only the hosts that the settings list are asked.</summary>
internal sealed class HttpScorer(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)];
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <param name="most">For each attempt.</param>
    public async Task<ScorerReply> AskAsync(Uri url, byte[] input, TimeSpan most, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (reply, mayPass, pause) = await AttemptAsync(url, input, most, cancellationToken);
            if (!mayPass || attempt == Pauses.Length)
            {
                return reply;
            }

            await Task.Delay(pause is { } asked && asked <= LongestPause ? asked : Pauses[attempt], clock, cancellationToken);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<(ScorerReply Reply, bool MayPass, TimeSpan? Pause)> AttemptAsync(Uri url, byte[] input, TimeSpan most, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(most, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(input) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.IsSuccessStatusCode)
            {
                return (await ReadAsync(response, url, either.Token), false, null);
            }

            var status = (int)response.StatusCode;
            return status is >= 300 and < 400
                ? (ScorerReply.Failed($"{url.Authority} answered {status}, a redirect, which is not followed."), false, null)
                : (ScorerReply.Failed($"{url.Authority} answered {status}."), status == (int)HttpStatusCode.TooManyRequests || status >= 500, response.Headers.RetryAfter?.Delta);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (ScorerReply.Failed(FormattableString.Invariant($"{url.Authority} took longer than {most.TotalSeconds:0.###} s.")), false, null);
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            return (ScorerReply.Failed($"{url.Authority} cannot be asked: {problem.Message}"), true, null);
        }
    }

    private static async Task<ScorerReply> ReadAsync(HttpResponseMessage response, Uri url, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            kept.Write(buffer, 0, count);
            if (kept.Length > ScorerReply.MaxBytes)
            {
                return ScorerReply.Failed(FormattableString.Invariant($"{url.Authority} answered more than {ScorerReply.MaxBytes:N0} bytes."));
            }
        }

        return new ScorerReply(kept.ToArray(), null);
    }
}
