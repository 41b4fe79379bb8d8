using FunctionsEval.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace FunctionsEval.Hosting;

/// <summary>
/// Hands the requests that reach an HTTP function to the endpoints of the API, which are the same under both heads. The pipeline is built
/// once, at the first request.
/// </summary>
internal sealed class HttpForwarding(IServiceProvider services)
{
    private readonly Lazy<RequestDelegate> _pipeline = new(() => Build(services));

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        // The server of the worker has matched the request to a function; the API matches it again, to an endpoint of its own.
        var (endpoint, values) = (context.GetEndpoint(), context.Features.Get<IRouteValuesFeature>());
        context.SetEndpoint(null);
        context.Features.Set<IRouteValuesFeature>(null);
        try
        {
            await _pipeline.Value(context);
        }
        finally
        {
            context.SetEndpoint(endpoint);
            context.Features.Set(values);
        }

        return Results.Empty;
    }

    private static RequestDelegate Build(IServiceProvider services)
    {
        var app = new ApplicationBuilder(services);
        app.UseCommonHeaders();
        app.Use(next => context => RequestTelemetry.DescribeAsync(context, next));
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRouting();
        app.UseApiRules();
        app.UseEndpoints(endpoints => endpoints.MapApi());
        return app.Build();
    }
}
