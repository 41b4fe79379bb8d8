using FunctionsEval.TestKit.FunctionsHost.Calls;
using FunctionsEval.TestKit.FunctionsHost.Configuration;

namespace FunctionsEval.TestKit.FunctionsHost.Handler;

/// <summary>Calls functions of the handler, again when function.json or host.json has a retry rule, and counts.</summary>
internal sealed class FunctionInvoker(HandlerChannel channel, HandlerConnection connection, HostJson host, HostLog log, InvocationCounts counts, TimeProvider clock)
{
    /// <param name="accept">Looks at the result; what it throws makes the call a failed one, which the retry rule may repeat.</param>
    /// <exception cref="FunctionInvocationException">The call failed, after all retries.</exception>
    /// <exception cref="FunctionTimeoutException">It took too long; the handler is being restarted.</exception>
    public async Task<WrappedResult> InvokeAsync(WrappedCall call, CancellationToken cancellationToken, Action<WrappedResult>? accept = null)
    {
        var rule = call.Function.Retry ?? host.Retry;
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await InvokeOnceAsync(call, accept, cancellationToken);
            }
            catch (FunctionInvocationException e) when (rule?.Allows(failures) == true)
            {
                log.Write($"Function '{call.Function.Name}' failed ({e.InnerException!.Message}); retry {failures} of {rule.MaxRetries}.");
                await Task.Delay(rule.DelayAfter(failures), clock, cancellationToken);
                call = call.Again(failures, rule.MaxRetries, e);
            }
        }
    }

    private async Task<WrappedResult> InvokeOnceAsync(WrappedCall call, Action<WrappedResult>? accept, CancellationToken cancellationToken)
    {
        var name = call.Function.Name;
        var process = await channel.ReadyAsync(cancellationToken);
        counts.Started(name);
        using var timeout = new CancellationTokenSource(host.FunctionTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var result = await connection.CallAsync(process.Address, call, clock.GetUtcNow(), either.Token);
            if (result is null)
            {
                log.Write($"Function '{name}' answered without content: the call stays open until its timeout of {host.FunctionTimeout}.");
                await Task.Delay(Timeout.Infinite, either.Token);
            }

            foreach (var line in result!.Logs)
            {
                log.HandlerWrote($"[{name}] {line}");
            }

            accept?.Invoke(result);
            counts.Succeeded(name);
            return result;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            counts.Failed(name);
            await channel.RestartAsync();
            throw new FunctionTimeoutException(name, host.FunctionTimeout);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or InvalidDataException or HttpIOException)
        {
            counts.Failed(name);
            log.Write($"Function '{name}' failed: {e.Message}");
            throw new FunctionInvocationException(name, e);
        }
    }
}
