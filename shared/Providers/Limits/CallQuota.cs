namespace FunctionsEval.Providers.Limits;

/// <summary>The configured requests and tokens a minute of one model; null where there is no such limit.</summary>
public sealed class CallQuota(string vendor, LeasedQuota? requests, LeasedQuota? tokens) : IDisposable
{
    // A call's output is not known before; without a limit this much is taken and corrected after.
    private const int TypicalOutput = 512;

    /// <param name="quota">Null enforces nothing.</param>
    public static CallQuota? Of(string vendor, string model, ModelLimits? limits, IQuotaStore? quota, TimeProvider clock)
    {
        if (quota is null || limits is null or { Rpm: null, Tpm: null })
        {
            return null;
        }

        LeasedQuota? Leased(string what, int? perMinute) => perMinute is { } rate
            ? new LeasedQuota(quota, new QuotaBucket($"{vendor}:{model}|{what}", rate / 60.0, Math.Max(1, rate / 60.0)), clock)
            : null;
        return new CallQuota(vendor, Leased("requests", limits.Rpm), Leased("tokens", limits.Tpm));
    }

    /// <summary>Waits until one more call may be sent; gives the tokens that were taken for it.</summary>
    public async Task<int> TakeAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        if (requests is not null)
        {
            await requests.TakeAsync(1, cancellationToken);
        }

        if (tokens is null)
        {
            return 0;
        }

        var taken = TokenEstimate.OfConversation(vendor, request.Messages) + Math.Min(request.MaxTokens ?? TypicalOutput, TypicalOutput);
        await tokens.TakeAsync(taken, cancellationToken);
        return taken;
    }

    public void Settle(int taken, ModelOutcome outcome)
    {
        if (tokens is not null && outcome is ModelOutcome.Answered { Answer.Usage: { InputTokens: { } input, OutputTokens: { } output } })
        {
            tokens.Correct(input + output - taken);
        }
    }

    public void Dispose()
    {
        requests?.Dispose();
        tokens?.Dispose();
    }
}
