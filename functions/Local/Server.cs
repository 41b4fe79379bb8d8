using System.Net;
using FunctionsEval.Telemetry;

namespace FunctionsEval.Local;

/// <summary>The HTTP side of the program on one machine.</summary>
internal static class Server
{
    /// <summary>
    /// A web server without configuration of its own: <see cref="Settings"/> reads the environment, and the default builders would watch every
    /// folder below the working directory for changes of an appsettings.json.
    /// </summary>
    public static WebApplication Create(Settings settings, IPEndPoint address, Action<ILoggingBuilder> logging, Action<IServiceCollection> addParts)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address);
        });
        builder.AddTelemetryVariables(settings.Telemetry);
        builder.Services.AddRoutingCore();
        builder.Services.AddApi();
        addParts(builder.Services);
        var app = builder.Build();
        app.UseCommonHeaders();
        app.Use(RequestTelemetry.DescribeAsync);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<ApiKey>(new ApiKeySetting(settings.ApiKey));
        app.UseApiRules();
        app.MapApi();
        return app;
    }
}
