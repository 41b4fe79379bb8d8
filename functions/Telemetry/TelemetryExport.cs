using FunctionsEval.Providers;
using FunctionsEval.Runs;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FunctionsEval.Telemetry;

/// <summary>
/// Sends traces and metrics to an OTLP endpoint. Address, headers, protocol and sampling are OpenTelemetry's own OTEL_ variables,
/// which its SDK reads. The traces of incoming requests come from ASP.NET Core, which also takes up the caller's traceparent.
/// </summary>
internal sealed class TelemetryExport : IDisposable
{
    private const string AspNetCore = "Microsoft.AspNetCore";

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private TelemetryExport()
    {
        // Without it ASP.NET Core's spans have neither name nor attribute. What it writes leaves the query out, which may hold a key.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: false);
        var resource = ResourceBuilder.CreateEmpty().AddService("functionseval").AddTelemetrySdk().AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(RunTelemetry.Name, ModelTelemetry.Name, AspNetCore)
            .AddOtlpExporter()
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(RunTelemetry.Name, ModelTelemetry.Name, $"{AspNetCore}.Hosting", "System.Runtime")
            .AddOtlpExporter()
            .Build();
    }

    /// <summary>Null, and nothing of OpenTelemetry loaded, without an endpoint.</summary>
    public static TelemetryExport? Start(Settings settings) => settings.OtlpEndpoint is null ? null : new TelemetryExport();

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }
}
