using FunctionsEval.Providers.Limits;

namespace FunctionsEval.Providers.Calls;

/// <summary>
/// Makes one logical call: waits for a slot, sends, and tries again what may pass when tried again. The only place that retries; a slot
/// is held while an attempt is under way and never while waiting. Thread-safe.
/// </summary>
public sealed class ModelCaller(
    string providerName, IModelProvider provider, AdaptiveConcurrency gate, ModelCallerOptions options, TimeProvider clock, Random random,
    CallQuota? quota = null)
{
    private readonly Lock _lock = new();
    private readonly OutageWatch _outage = new(clock);

    // What this model refused before; read and written as a whole.
    private volatile RequestAdaptations _adaptations;

    public AdaptiveConcurrency Gate => gate;

    /// <summary>Only cancellation throws (<see cref="BetweenAttemptsException"/> when no attempt was under way), and what <paramref name="sending"/> throws.</summary>
    /// <param name="request">Its <see cref="ModelRequest.ClientRequestId"/> names the logical call; each attempt's number is added to it.</param>
    /// <param name="sending">Awaited before each attempt (from 1) once it has its slot, for a record that the call is about to be made.</param>
    public async Task<ModelCallResult> CallAsync(
        ModelRequest request, Func<int, CancellationToken, ValueTask>? sending, CancellationToken cancellationToken)
    {
        if (gate.Snapshot().PausedFor is var paused && paused > options.TimeBudget)
        {
            return new ModelCallResult(PausedTooLong(paused), []);
        }

        var attempts = new List<ProviderCall>(1);
        var permit = await gate.AcquireAsync(isRetry: false, cancellationToken);
        var started = clock.GetTimestamp();
        while (true)
        {
            var call = await SendAsync(request, attempts, permit, sending, cancellationToken);
            attempts.Add(call);
            if (Adapts(request, call) && attempts.Count < options.MaxAttempts)
            {
                permit = await gate.AcquireAsync(isRetry: true, cancellationToken);
                continue;
            }

            if (call.Outcome is not ModelOutcome.Failed(var failure) || !MayPass(failure))
            {
                return new ModelCallResult(call.Outcome, attempts);
            }

            if (HaveRunOut(attempts))
            {
                var isGone = attempts.All(IsUnsent);
                return new ModelCallResult(isGone ? new ModelOutcome.Failed(OutageWatch.Silent(failure, clock.GetElapsedTime(started))) : call.Outcome, attempts);
            }

            var wait = WaitBeforeNext(attempts.Count, failure.RetryAfter);
            var left = options.TimeBudget - clock.GetElapsedTime(started);
            if (wait > left || await AcquireAfterAsync(wait, left, attempts, cancellationToken) is not { } next)
            {
                return new ModelCallResult(OutOfTime(failure, wait, attempts.Count), attempts);
            }

            permit = next;
        }
    }

    private async Task<ProviderCall> SendAsync(
        ModelRequest request, List<ProviderCall> earlier, CallPermit permit, Func<int, CancellationToken, ValueTask>? sending, CancellationToken cancellationToken)
    {
        var attempt = earlier.Count + 1;
        var signal = CallSignal.Abandoned;
        TimeSpan? retryAfter = null;
        try
        {
            if (sending is not null)
            {
                await sending(attempt, cancellationToken);
            }

            var taken = 0;
            try
            {
                taken = quota is null ? 0 : await quota.TakeAsync(request, cancellationToken);
                permit = await gate.StartAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw new BetweenAttemptsException(earlier, cancellationToken);
            }

            var startedAt = clock.GetUtcNow();
            var from = clock.GetTimestamp();
            var sent = RequestAdaptation.Apply(
                request with { ClientRequestId = ClientRequestId.ForAttempt(request.ClientRequestId, attempt) }, _adaptations | provider.LeavesOut(request));
            using var span = ModelTelemetry.Start(providerName, sent);
            var outcome = await provider.CompleteAsync(sent, cancellationToken);
            if (_outage.Count(outcome, request.ClientRequestId, from) is { } outage)
            {
                outcome = new ModelOutcome.Failed(outage);
            }

            quota?.Settle(taken, outcome);
            signal = CallSignals.SignalOf(outcome);
            retryAfter = (outcome as ModelOutcome.Failed)?.Failure.RetryAfter;
            var endedAt = clock.GetUtcNow();
            ModelTelemetry.Record(span, providerName, sent, outcome, endedAt - startedAt);
            return new ProviderCall(providerName, request.Model, attempt, startedAt, endedAt, outcome, sent.Adaptations);
        }
        finally
        {
            gate.Release(permit, signal, retryAfter);
        }
    }

    private bool HaveRunOut(List<ProviderCall> attempts)
    {
        var failures = attempts.Select(attempt => attempt.Outcome).OfType<ModelOutcome.Failed>().Select(failed => failed.Failure).ToList();
        var refused = failures.Count(failure => failure is { Code: ModelErrorCode.RateLimit, RetryAfter: not null });
        var lasting = failures.Count(failure => !failure.Retryable && MayPass(failure));
        return attempts.Count - refused >= options.MaxAttempts || refused >= options.MaxRefusals || lasting >= OutageWatch.FewestAlike;
    }

    /// <summary>True for what passes with time, and for what is tried again to tell whether the vendor lets nobody in or only refuses this call.</summary>
    private static bool MayPass(ModelFailure failure) =>
        failure.Retryable || (!failure.IsExhausted && OutageWatch.SignOf(failure) is not (OutageKind.None or OutageKind.Silence));

    private static bool IsUnsent(ProviderCall attempt) => attempt.Outcome is ModelOutcome.Failed { Failure.IsUnsent: true };

    /// <summary>True when the model refused a parameter that it can be asked without: it is asked again at once, and so from now on.</summary>
    private bool Adapts(ModelRequest request, ProviderCall call)
    {
        if (call.Outcome is not ModelOutcome.Failed { Failure.Rejected: var rejected and not RejectedParameter.None }
            || RequestAdaptation.After(rejected, call.Adaptations) is not { } adaptations
            || RequestAdaptation.Apply(request, adaptations).Adaptations == call.Adaptations)
        {
            return false;
        }

        lock (_lock)
        {
            // What the vendor's API has no field for depends on the request: only what was refused now is learned.
            _adaptations |= adaptations & ~call.Adaptations;
        }

        return true;
    }

    private TimeSpan WaitBeforeNext(int attempt, TimeSpan? retryAfter)
    {
        var longest = Math.Min(options.LongestBackoff.TotalSeconds, options.FirstBackoff.TotalSeconds * Math.Pow(2, attempt - 1));
        double jitter;
        lock (_lock)
        {
            jitter = random.NextDouble();
        }

        // Retry-After is the earliest moment; the jitter on top spreads the calls that were given the same one.
        return retryAfter is { } asked
            ? asked + TimeSpan.FromSeconds(jitter * Math.Min(longest, 0.1 * asked.TotalSeconds))
            : TimeSpan.FromSeconds(jitter * longest);
    }

    /// <summary>Null when there was no slot within what is left of the call's time.</summary>
    private async Task<CallPermit?> AcquireAfterAsync(
        TimeSpan wait, TimeSpan left, IReadOnlyList<ProviderCall> attempts, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(wait, clock, cancellationToken);
            using var budget = new CancellationTokenSource(left - wait, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, budget.Token);
            return await gate.AcquireAsync(isRetry: true, either.Token);
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested ? throw new BetweenAttemptsException(attempts, cancellationToken) : null;
        }
    }

    private ModelOutcome.Failed OutOfTime(ModelFailure last, TimeSpan wait, int attempts)
    {
        var reason = last.RetryAfter is { } asked && asked > options.TimeBudget
            ? $"the provider asks to wait {asked.TotalSeconds:F0} s"
            : $"after {attempts} attempts the next may start in {wait.TotalSeconds:F1} s";
        return new ModelOutcome.Failed(last with
        {
            // The vendor will be away for that long; it is not that this one call had bad luck.
            Outage = last.RetryAfter > options.TimeBudget ? OutageKind.Quota : last.Outage,
            Message = $"{last.Message} (given up: {reason}, the time budget of a call is {options.TimeBudget.TotalSeconds:F0} s)",
        });
    }

    private ModelOutcome.Failed PausedTooLong(TimeSpan paused) => new(new ModelFailure(
        ModelErrorCode.RateLimit,
        $"Not sent: the provider asked to wait for another {paused.TotalSeconds:F0} s, the time budget of a call is {options.TimeBudget.TotalSeconds:F0} s.",
        RetryAfter: paused,
        Outage: OutageKind.Quota));
}
