using System.Net;
using FunctionsEval.Hosting.StandAlone;
using FunctionsEval.Telemetry;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>
/// The program as a custom handler: the API that the host forwards, under /api, and the host's own calls. Keys are checked by the host
/// (authLevel in function.json); nothing else can reach a loopback port of its sandbox.
/// </summary>
internal sealed partial class FunctionsHandler : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FunctionTable _functions;

    private FunctionsHandler(WebApplication app, FunctionTable functions) => (_app, _functions) = (app, functions);

    public Uri Address => new(_app.Urls.Single());

    public static FunctionsHandler Create(Services services, int port, Action<ILoggingBuilder> logging)
    {
        var app = Server.Build(services, new IPEndPoint(IPAddress.Loopback, port), logging);
        var functions = new FunctionTable(services, app.Services.GetRequiredService<ILoggerFactory>());
        app.Use(RequestTelemetry.DescribeAsync);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        Server.Map(app);
        var endpoint = new WrappedEndpoint(functions, app.Services.GetRequiredService<ILogger<WrappedEndpoint>>(), app.Lifetime.ApplicationStopping);

        // A route each, so that spans and metrics tell functions apart; what is left is refused by name.
        foreach (var function in functions.All)
        {
            app.MapPost($"/{function.Name}", context => endpoint.HandleAsync(context, function.Name));
        }

        app.MapPost("/{function}", context => endpoint.HandleAsync(context, (string)context.Request.RouteValues["function"]!));
        return new FunctionsHandler(app, functions);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _app.StartAsync(cancellationToken);
        LogListening(_app.Logger, _app.Urls.Single(), _functions.All.Count);
    }

    /// <summary>Says loudly what would otherwise only show as every orchestration failing.</summary>
    public void CheckWorkerRuntime(string? workerRuntime)
    {
        if (!string.Equals(workerRuntime, "custom", StringComparison.OrdinalIgnoreCase))
        {
            LogWrongRuntime(_app.Logger, workerRuntime ?? "");
        }
    }

    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _functions.Dispose();
    }

    [LoggerMessage(LogLevel.Information, "The custom handler listens on {Address} with {Functions} functions")]
    private static partial void LogListening(ILogger logger, string address, int functions);

    [LoggerMessage(LogLevel.Critical, "FUNCTIONS_WORKER_RUNTIME must be 'custom', but is '{WorkerRuntime}': the Durable extension then speaks another protocol, and every orchestration fails")]
    private static partial void LogWrongRuntime(ILogger logger, string workerRuntime);
}
