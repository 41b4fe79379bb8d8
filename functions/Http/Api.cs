using FunctionsEval.AbTests;
using FunctionsEval.Agents;
using FunctionsEval.Comparisons;
using FunctionsEval.Content;
using FunctionsEval.Definitions;
using FunctionsEval.Digests;
using FunctionsEval.Exports;
using FunctionsEval.Health;
using FunctionsEval.Pages;
using FunctionsEval.Planning;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Calls;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval.Http;

/// <summary>The HTTP API, the same under both heads.</summary>
internal static class Api
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddPages();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = ExceptionProblems.Describe);
        services.Configure<ExceptionHandlerOptions>(ExceptionProblems.Configure);
        services.ConfigureHttpJsonOptions(options => Json.ApplyRequestRules(options.SerializerOptions, Registration.JsonContexts));

        // What the server refuses while an endpoint binds its parameters is the caller's error in every environment.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>No answer of the program is anything but what its content type says. Set last, for an error clears what was set before.</summary>
    public static IApplicationBuilder UseNoSniffing(this IApplicationBuilder app) => app.Use(next => context =>
    {
        context.Response.OnStarting(static response =>
        {
            ((HttpResponse)response).Headers.XContentTypeOptions = "nosniff";
            return Task.CompletedTask;
        }, context.Response);
        return next(context);
    });

    /// <summary>What holds for every request, once its endpoint is known.</summary>
    public static IApplicationBuilder UseApiRules(this IApplicationBuilder app) => app
        .UseNoSniffing()
        .Use(next => context => PageAccess.CheckAsync(context, next))
        .Use(next => context => KnownParameters.CheckAsync(context, next))
        .Use(next => context => BodyRules.CheckAsync(context, next));

    public static void MapApi(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", Start);
        var api = endpoints.MapGroup("/api");
        api.MapDefinitions();
        api.MapRuns();
        api.MapRunChanges();
        api.MapComparisons();
        api.MapExports();
        api.MapPlans();
        api.MapContent();
        api.MapAbTests();
        api.MapDigests();
        api.MapCalls();
        api.MapAgents();
        api.MapPages();
        api.MapHealth();
    }

    /// <summary>A browser wants the pages.</summary>
    private static Results<RedirectHttpResult, ContentHttpResult> Start([FromHeader] string? accept) =>
        accept?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true ? TypedResults.Redirect(PageAccess.Root) : TypedResults.Text("FunctionsEval");
}
