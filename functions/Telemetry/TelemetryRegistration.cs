using System.Runtime.CompilerServices;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Runs.Activities;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace FunctionsEval.Telemetry;

/// <summary>
/// Traces, metrics and logs of both heads. Nothing of OpenTelemetry is loaded where nothing is sent: each method that names its types is
/// only called when something is.
/// </summary>
internal static class TelemetryRegistration
{
    private const string ServiceName = "functionseval";
    private const string AspNetCore = "Microsoft.AspNetCore";

    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetrySettings settings)
    {
        if (settings.IsOn)
        {
            AddExport(services, settings);
        }

        return services;
    }

    /// <summary>What the Functions host expects of a worker that exports its telemetry itself; it does not send that worker's logs on then.</summary>
    public static IServiceCollection AddWorkerTelemetry(this IServiceCollection services, TelemetrySettings settings)
    {
        if (settings.IsOn)
        {
            AddWorkerDefaults(services);
        }

        return services;
    }

    /// <summary>The SDKs read their variables from the configuration, which is empty in the server on one machine.</summary>
    public static void AddTelemetryVariables(this IHostApplicationBuilder builder, TelemetrySettings settings)
    {
        if (settings.IsOn)
        {
            builder.Configuration.AddEnvironmentVariables();
        }
    }

    /// <summary>Does for a command what a host does for a server: starts the exporters, which the end of <paramref name="parts"/> flushes, and joins them to its log.</summary>
    public static void StartTelemetry(this IServiceProvider parts, TelemetrySettings settings, ILoggerFactory loggers)
    {
        if (!settings.IsOn)
        {
            return;
        }

        foreach (var service in parts.GetServices<IHostedService>())
        {
            // These only put the exporters together; none waits for anything.
            service.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        }

        foreach (var provider in parts.GetServices<ILoggerProvider>())
        {
            loggers.AddProvider(provider);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddExport(IServiceCollection services, TelemetrySettings settings)
    {
        // Without it ASP.NET Core's spans have neither name nor attribute. What it writes leaves the query out, which may hold a key.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: false);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(ServiceName).AddEnvironmentVariableDetector())
            .WithTracing(traces => traces.AddSource(RunTelemetry.Name, ModelTelemetry.Name, AspNetCore))
            .WithMetrics(metrics => metrics.AddMeter(RunTelemetry.Name, ModelTelemetry.Name, $"{AspNetCore}.Hosting", "System.Runtime"))
            .WithLogging();
        services.Configure<OpenTelemetryLoggerOptions>(options => options.IncludeFormattedMessage = true);
        if (settings.OtlpEndpoint is not null)
        {
            telemetry.UseOtlpExporter();
        }

        if (settings.ApplicationInsights is not null)
        {
            telemetry.UseAzureMonitorExporter();
            services.AddOptions<AzureMonitorExporterOptions>().Configure<IConfiguration>((options, variables) => Configure(options, settings, variables));
        }
    }

    private static void Configure(AzureMonitorExporterOptions options, TelemetrySettings settings, IConfiguration variables)
    {
        options.ConnectionString = settings.ApplicationInsights;
        if (variables["OTEL_TRACES_SAMPLER"] is null)
        {
            // Five traces a second would be kept otherwise, and all cells of a run are one trace: most runs would show none of theirs.
            options.TracesPerSecond = null;
        }

        // Alerts look for single lines of the log, so none may be left out because its trace is.
        options.EnableTraceBasedLogsSampler = false;
        if (settings.ClientId is { } clientId)
        {
            // A component that the templates make refuses what is only sent with its key.
            options.Credential = new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddWorkerDefaults(IServiceCollection services) => services.AddOpenTelemetry().UseFunctionsWorkerDefaults();
}
