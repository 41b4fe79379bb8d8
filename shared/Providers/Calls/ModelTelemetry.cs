using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FunctionsEval.Providers.Calls;

/// <summary>
/// One client span per attempt, and the durations and tokens of all, by OpenTelemetry's conventions for generative AI
/// (https://opentelemetry.io/docs/specs/semconv/gen-ai/). Never prompts, answers or keys. Costs nothing while nobody listens.
/// </summary>
public static class ModelTelemetry
{
    public const string Name = "FunctionsEval.Providers";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    // The bucket boundaries are part of the conventions.
    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "gen_ai.client.operation.duration",
        "s",
        "Duration of one attempt",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] });

    private static readonly Histogram<long> Tokens = Meter.CreateHistogram(
        "gen_ai.client.token.usage",
        "{token}",
        "Tokens as the vendor counted them",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864] });

    public static Activity? Start(string provider, ModelRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Source.HasListeners()
            // What samplers decide by has to be there when the span begins.
            ? Source.StartActivity($"chat {request.Model}", ActivityKind.Client, default(ActivityContext), Identity(provider, request))?
                .SetTag("gen_ai.request.temperature", request.Temperature)
                .SetTag("gen_ai.request.max_tokens", request.MaxTokens)
                .SetTag("gen_ai.request.top_p", request.TopP)
                .SetTag("gen_ai.request.seed", request.Seed)
            : null;
    }

    public static void Record(Activity? span, string provider, ModelRequest request, ModelOutcome outcome, TimeSpan took)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = (outcome as ModelOutcome.Answered)?.Answer;
        var error = (outcome as ModelOutcome.Failed)?.Failure;
        if (span is not null)
        {
            Describe(span, answer, error);
        }

        if (Duration.Enabled || Tokens.Enabled)
        {
            TagList tags = [.. Identity(provider, request)];
            if (answer?.ModelVersion is { } version)
            {
                tags.Add("gen_ai.response.model", version);
            }

            Count(answer?.Usage?.InputTokens, "input", tags);
            Count(answer?.Usage?.OutputTokens, "output", tags);
            if (error is not null)
            {
                tags.Add("error.type", error.Code.ToWire());
            }

            Duration.Record(took.TotalSeconds, tags);
        }
    }

    private static KeyValuePair<string, object?>[] Identity(string provider, ModelRequest request) =>
    [
        new("gen_ai.operation.name", "chat"),
        new("gen_ai.provider.name", ProviderName(provider)),
        new("gen_ai.request.model", request.Model),
    ];

    private static void Describe(Activity span, ModelAnswer? answer, ModelFailure? error)
    {
        span.SetTag("gen_ai.response.model", answer?.ModelVersion)
            .SetTag("gen_ai.response.id", answer?.ResponseId)
            .SetTag("gen_ai.response.finish_reasons", answer?.FinishReason is { } reason ? new[] { reason } : null)
            .SetTag("gen_ai.usage.input_tokens", answer?.Usage?.InputTokens)
            .SetTag("gen_ai.usage.output_tokens", answer?.Usage?.OutputTokens)
            .SetTag("gen_ai.usage.reasoning.output_tokens", answer?.Usage?.ReasoningTokens)
            .SetTag("gen_ai.usage.cache_read.input_tokens", answer?.Usage?.CachedTokens);
        if (error is not null)
        {
            span.SetTag("error.type", error.Code.ToWire()).SetTag("http.response.status_code", error.StatusCode).SetStatus(ActivityStatusCode.Error);
        }
    }

    private static void Count(int? tokens, string type, TagList tags)
    {
        if (tokens is { } count)
        {
            tags.Add("gen_ai.token.type", type);
            Tokens.Record(count, tags);
        }
    }

    private static string ProviderName(string provider) =>
        Vendor.All.FirstOrDefault(vendor => vendor.Name == provider)?.TelemetryName ?? provider;
}
