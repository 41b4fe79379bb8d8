using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Hosting;

/// <summary>
/// One HTTP function for each slice of the API, so that the portal shows and measures them apart. Their routes must not overlap: the host
/// takes the first that matches, in the order of their names. Keys are checked by the host, by the level of each. They name no methods, so
/// that HEAD, OPTIONS and what an endpoint does not take are answered by the API, as on one machine.
/// </summary>
internal sealed class HttpFunctions(HttpForwarding forwarding)
{
    [Function("Definitions")]
    public Task<IResult> Definitions([HttpTrigger(AuthorizationLevel.Function, Route = "definitions/{*path}")] HttpRequest request) => Forward(request);

    [Function("Datasets")]
    public Task<IResult> Datasets([HttpTrigger(AuthorizationLevel.Function, Route = "datasets/{*path}")] HttpRequest request) => Forward(request);

    [Function("Runs")]
    public Task<IResult> Runs([HttpTrigger(AuthorizationLevel.Function, Route = "runs/{*path}")] HttpRequest request) => Forward(request);

    [Function("Compare")]
    public Task<IResult> Compare([HttpTrigger(AuthorizationLevel.Function, Route = "compare/{*path}")] HttpRequest request) => Forward(request);

    [Function("Plans")]
    public Task<IResult> Plans([HttpTrigger(AuthorizationLevel.Function, Route = "plans/{*path}")] HttpRequest request) => Forward(request);

    [Function("Content")]
    public Task<IResult> Content([HttpTrigger(AuthorizationLevel.Function, Route = "content/{*path}")] HttpRequest request) => Forward(request);

    [Function("Digests")]
    public Task<IResult> Digests([HttpTrigger(AuthorizationLevel.Function, Route = "digests/{*path}")] HttpRequest request) => Forward(request);

    /// <summary>The host keeps <c>/admin</c> for itself, but not below the prefix <c>/api</c>.</summary>
    [Function("Admin")]
    public Task<IResult> Admin([HttpTrigger(AuthorizationLevel.Admin, Route = "admin/{*path}")] HttpRequest request) => Forward(request);

    [Function("Agent")]
    public Task<IResult> Agent([HttpTrigger(AuthorizationLevel.Function, Route = "agent/{*path}")] HttpRequest request) => Forward(request);

    [Function("Mcp")]
    public Task<IResult> Mcp([HttpTrigger(AuthorizationLevel.Function, Route = "mcp/{*path}")] HttpRequest request) => Forward(request);

    [Function("Settings")]
    public Task<IResult> Settings([HttpTrigger(AuthorizationLevel.Function, Route = "settings/{*path}")] HttpRequest request) => Forward(request);

    [Function("OpenApi")]
    public Task<IResult> OpenApi([HttpTrigger(AuthorizationLevel.Function, Route = "openapi.json")] HttpRequest request) => Forward(request);

    /// <summary>Leads to a page.</summary>
    [Function("Docs")]
    public Task<IResult> Docs([HttpTrigger(AuthorizationLevel.Anonymous, Route = "docs")] HttpRequest request) => Forward(request);

    /// <summary>A browser sends no function key: the pages have a sign-in of their own, and show nothing without it.</summary>
    [Function("Pages")]
    public Task<IResult> Pages([HttpTrigger(AuthorizationLevel.Anonymous, Route = "pages/{*path}")] HttpRequest request) => Forward(request);

    [Function("Health")]
    public Task<IResult> Health([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health/{*path}")] HttpRequest request) => Forward(request);

    private Task<IResult> Forward(HttpRequest request) => forwarding.HandleAsync(request.HttpContext);
}
