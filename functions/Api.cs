using FunctionsEval.AbTests;
using FunctionsEval.Agents;
using FunctionsEval.Comparisons;
using FunctionsEval.Content;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Digests;
using FunctionsEval.Exports;
using FunctionsEval.Health;
using FunctionsEval.Http;
using FunctionsEval.Http.OpenApi;
using FunctionsEval.Labels;
using FunctionsEval.Mcp;
using FunctionsEval.Pages;
using FunctionsEval.Pages.Reference;
using FunctionsEval.Planning;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Calls;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval;

/// <summary>The HTTP API, the same under both heads.</summary>
internal static class Api
{
    /// <summary>A store that was away is asked again by then.</summary>
    private const string RetryAfterSeconds = "5";

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddPages();
        ApiDocument.AddTo(services);
        services.AddCompression();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = ExceptionProblems.Describe);
        services.Configure<ExceptionHandlerOptions>(ExceptionProblems.Configure);
        services.ConfigureHttpJsonOptions(options => JsonRules.ApplyRequestRules(options.SerializerOptions, Registration.JsonContexts));

        // What the server refuses while an endpoint binds its parameters is the caller's error in every environment.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>
    /// No answer of the program is anything but what its content type says, and who is sent away for a while is told how long. Set last, for an error clears
    /// what was set before.
    /// </summary>
    public static IApplicationBuilder UseCommonHeaders(this IApplicationBuilder app) => app.Use(next => context =>
    {
        context.Response.OnStarting(static state =>
        {
            var response = (HttpResponse)state;
            response.Headers.XContentTypeOptions = "nosniff";
            if (response.StatusCode is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable && response.Headers.RetryAfter.Count == 0)
            {
                response.Headers.RetryAfter = RetryAfterSeconds;
            }

            return Task.CompletedTask;
        }, context.Response);
        return next(context);
    });

    /// <summary>What holds for every request, once its endpoint is known.</summary>
    public static IApplicationBuilder UseApiRules(this IApplicationBuilder app) => app
        .UseCommonHeaders()
        .UseCompression()
        .Use(next => context => AnswerOptionsAsync(context, next))
        .Use(next => context => PageAccess.CheckAsync(context, next))
        .Use(next => context => KnownParameters.CheckAsync(context, next))
        .Use(next => context => BodyRules.CheckAsync(context, next))
        .Use(next => context => Revalidation.AnswerAsync(context, next));

    public static void MapApi(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", Start);
        endpoints.MapTools();
        var api = endpoints.MapGroup("/api");
        ((IEndpointConventionBuilder)api).Finally(AllowHead);
        api.MapDefinitions();
        api.MapDatasets();
        api.MapRuns();
        api.MapRunChanges();
        api.MapComparisons();
        api.MapExports();
        api.MapPlans();
        api.MapLabels();
        api.MapContent();
        api.MapAbTests();
        api.MapDigests();
        api.MapCalls();
        api.MapAgents();
        api.MapPages();
        api.MapSettings();
        api.MapHealth();
        api.MapGet("/openapi.json", ApiDocument.Get);
        api.MapGet("/docs", ReferencePages.Open);
    }

    /// <summary>What can be read can be asked for without its body (RFC 9110, 9.3.2); the server leaves that out.</summary>
    private static void AllowHead(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { HttpMethods: ["GET"] } methods)
        {
            endpoint.Metadata.Remove(methods);
            endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
        }
    }

    /// <summary>OPTIONS asks what is allowed, which the router has said in the header Allow; that is no error.</summary>
    private static async Task AnswerOptionsAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (HttpMethods.IsOptions(context.Request.Method) && context.Response is { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false })
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    /// <summary>A browser wants the pages.</summary>
    private static Results<RedirectHttpResult, ContentHttpResult> Start([FromHeader] string? accept) =>
        accept?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true ? TypedResults.Redirect(PageAccess.Root) : TypedResults.Text("FunctionsEval");
}
