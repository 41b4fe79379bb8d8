namespace FunctionsEval.Mcp;

/// <summary>
/// The tools over HTTP, without sessions: the Functions host cuts off the idle stream of one. Every call is a POST, under the rules of the API. The library
/// is set up at the first call, so that the program starts no slower.
/// </summary>
internal sealed class McpApi(IServiceProvider parts)
{
    private readonly Lazy<RequestDelegate> _pipeline = new(() => Build(parts));

    public async Task HandleAsync(HttpContext context)
    {
        // The library matches the request to an endpoint of its own.
        var endpoint = context.GetEndpoint();
        context.SetEndpoint(null);
        try
        {
            await _pipeline.Value(context);
        }
        finally
        {
            context.SetEndpoint(endpoint);
        }
    }

    private static RequestDelegate Build(IServiceProvider parts)
    {
        var services = new ServiceCollection()
            .AddSingleton(parts.GetRequiredService<ILoggerFactory>())
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton(parts.GetRequiredService<IHostApplicationLifetime>())
            .AddSingleton(parts.GetRequiredService<System.Diagnostics.DiagnosticListener>())
            .AddRoutingCore();
        services.AddMcpServer(parts.GetRequiredService<McpTools>().Configure).WithHttpTransport(options => options.Stateless = true);
        var app = new ApplicationBuilder(services.BuildServiceProvider());
        app.UseRouting();
        app.UseEndpoints(endpoints =>
        {
            endpoints.MapMcp(McpEndpoints.Path);
            endpoints.MapMcp(McpEndpoints.ShortPath);
        });
        return app.Build();
    }
}

internal static class McpEndpoints
{
    public const string Path = "/api/mcp";

    /// <summary>Where clients look first; the Functions host serves nothing outside <c>/api</c>.</summary>
    public const string ShortPath = "/mcp";

    public static IServiceCollection AddTools(this IServiceCollection services) => services
        .AddSingleton<ToolRuns>()
        .AddSingleton<StartTools>()
        .AddSingleton<ReadTools>()
        .AddSingleton<DecideTools>()
        .AddSingleton<McpTools>()
        .AddSingleton<McpApi>();

    public static void MapTools(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Path, Handle);
        endpoints.MapPost(ShortPath, Handle);
    }

    private static Task Handle(HttpContext context, McpApi tools) => tools.HandleAsync(context);
}
