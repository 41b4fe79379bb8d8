using System.Net;
using FunctionsEval.AbTests;
using FunctionsEval.Content;
using FunctionsEval.Definitions;
using FunctionsEval.Digests;
using FunctionsEval.Health;
using FunctionsEval.Http;
using FunctionsEval.Planning;
using FunctionsEval.Reviews;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Telemetry;
using FunctionsEval.Ui;

namespace FunctionsEval.Hosting.StandAlone;

/// <summary>The HTTP side of the stand-alone server.</summary>
internal static class Server
{
    /// <param name="address">Where to listen; port 0 takes a free one.</param>
    public static WebApplication Create(Services services, IPEndPoint address, Action<ILoggingBuilder> logging)
    {
        var app = Build(services, address, logging);
        app.Use(RequestTelemetry.DescribeAsync);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<ApiKey>(new ApiKeySetting(services.Settings.ApiKey));
        Map(app);
        return app;
    }

    /// <summary>
    /// A web server without configuration of its own: <see cref="Settings"/> reads the environment, and the default builders would watch every
    /// folder below the working directory for changes of an appsettings.json.
    /// </summary>
    public static WebApplication Build(Services services, IPEndPoint address, Action<ILoggingBuilder> logging)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address);
        });
        builder.Services.AddRoutingCore();
        AddTo(builder.Services, services);
        return builder.Build();
    }

    /// <summary>The API, the same under every head.</summary>
    public static void Map(WebApplication app)
    {
        app.Use(KnownParameters.CheckAsync);
        app.Use(KeptBody.KeepAsync);
        app.MapGet("/", () => "FunctionsEval");
        var api = app.MapGroup("/api");
        api.MapDefinitions();
        api.MapRuns();
        api.MapRunChanges();
        api.MapPlans();
        api.MapContent();
        api.MapAbTests();
        api.MapDigests();
        api.MapCalls();
        api.MapReview();
        api.MapUi();
        api.MapHealth();
    }

    private static void AddTo(IServiceCollection collection, Services services)
    {
        collection.AddSingleton(services.Definitions);
        collection.AddSingleton(services.Content);
        collection.AddSingleton(services.ImportContent);
        collection.AddSingleton(services.Runs);
        collection.AddSingleton(services.AbTestFeature);
        collection.AddSingleton(new CallRows(services.Entities));
        collection.AddSingleton(services.Digests);
        collection.AddSingleton(services.Credits);
        collection.AddSingleton(services.Settings.DigestModel);
        collection.AddSingleton(services.Enqueue);
        collection.AddSingleton(services.Clock);
        collection.AddSingleton(services.AbTestRequests);
        collection.AddSingleton(services.StartAbTest);
        collection.AddSingleton(services.AnalyzeAbTest);
        collection.AddSingleton(services.Cells);
        collection.AddSingleton(services.Analyses);
        collection.AddSingleton(services.RunRules);
        collection.AddSingleton(services.StartRun);
        collection.AddSingleton(services.RunControl);
        collection.AddSingleton(services.ExtendRun);
        collection.AddSingleton(services.RescoreRun);
        collection.AddSingleton(services.Planner);
        collection.AddSingleton(services.Findings);
        collection.AddSingleton(services.Review);
        collection.AddSingleton(services.Health);
        collection.AddProblemDetails(options => options.CustomizeProblemDetails = ExceptionProblems.Describe);
        collection.Configure<ExceptionHandlerOptions>(ExceptionProblems.Configure);
        collection.ConfigureHttpJsonOptions(options => EvalJson.ApplyRequestRules(options.SerializerOptions));

        // Bad JSON is the caller's error in every environment, with the reason in the answer.
        collection.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }
}
