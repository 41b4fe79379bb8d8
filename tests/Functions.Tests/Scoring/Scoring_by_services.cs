using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FunctionsEval.Functions.Tests.Scoring;

/// <summary>Scorers of type http: a service that the settings list is asked by POST.</summary>
public sealed class Scoring_by_services
{
    [Fact]
    public async Task A_service_is_posted_the_answer_and_gives_the_score()
    {
        var seen = "";
        await using var service = await Service.StartAsync(async context =>
        {
            seen = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await context.Response.WriteAsync("{\"score\": 0.75}");
        });

        var (run, _) = await RunAsync(service.Url, service.Host);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(0.75, run.Json.GetProperty("analysis").GetProperty("perModel")[0].GetProperty("mean").GetDouble());
        Assert.Contains("\"answer\":\"Rating: ", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    public async Task What_passes_is_tried_again(int status)
    {
        var asked = 0;
        await using var service = await Service.StartAsync(async context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref asked) == 1 ? status : 200;
            context.Response.Headers.RetryAfter = "0";
            await context.Response.WriteAsync("1");
        });

        var (run, _) = await RunAsync(service.Url, service.Host);

        Assert.Equal((2, 1d), (asked, run.Json.GetProperty("analysis").GetProperty("perModel")[0].GetProperty("mean").GetDouble()));
    }

    [Theory]
    [InlineData("redirect", "answered 302, a redirect, which is not followed")]
    [InlineData("missing", "answered 404")]
    [InlineData("slow", "took longer than 1 s")]
    [InlineData("endless", "answered more than 1,048,576 bytes")]
    [InlineData("html", "must answer JSON, but answered <html>")]
    public async Task What_goes_wrong_is_said_on_the_cell_and_the_answer_stays(string kind, string reason)
    {
        await using var service = await Service.StartAsync(async context =>
        {
            switch (kind)
            {
                case "redirect":
                    context.Response.Redirect("http://127.0.0.1:1/elsewhere");
                    break;
                case "missing":
                    context.Response.StatusCode = 404;
                    break;
                case "slow":
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                    break;
                case "endless":
                    for (var part = new byte[64 * 1024]; !context.RequestAborted.IsCancellationRequested;)
                    {
                        await context.Response.Body.WriteAsync(part);
                    }

                    break;
                default:
                    await context.Response.WriteAsync("<html>");
                    break;
            }
        });

        var (run, stored) = await RunAsync(service.Url, service.Host, kind == "slow" ? 1 : 60);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(reason, Assert.Single(stored.Cells).Scores[0].Invalid, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://scores.example.com/s", "", "scorers[0].url must name a host that FUNCTIONSEVAL_SCORER_HOSTS lists (it lists none), but names 'scores.example.com'.")]
    [InlineData("http://127.0.0.1:81/s", "127.0.0.1,127.0.0.1:80", "lists (127.0.0.1, 127.0.0.1:80), but names '127.0.0.1:81'.")]
    [InlineData("http://a:b@127.0.0.1/s", "127.0.0.1", "url must be an absolute http or https URL without user name and password")]
    [InlineData("file:///etc/passwd", "127.0.0.1", "url must be an absolute http or https URL")]
    [InlineData("http://127.0.0.1/s", "http://127.0.0.1/", "FUNCTIONSEVAL_SCORER_HOSTS must list hosts")]
    public async Task Other_hosts_are_refused_before_a_call(string url, string hosts, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_SCORER_HOSTS"] = hosts;

        var run = await bench.RunAsync(Definition(url, seconds: 60));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal(0, bench.Simulator.Stats().Calls);
    }

    private static async Task<(CommandResult Run, StoredRun Stored)> RunAsync(string url, string host, int seconds = 60)
    {
        await using var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_SCORER_HOSTS"] = host;
        var run = await bench.RunAsync(Definition(url, seconds));
        return (run, await bench.ReadAsync());
    }

    private static string Definition(string url, int seconds) => $$"""
        name: service
        scenarios: [{ id: a, prompt: "How acceptable is it?" }]
        models: ["openai-compatible:sim-steady"]
        scorers: [{ type: http, url: "{{url}}", timeoutSeconds: {{seconds}} }]
        """;

    /// <summary>A server on a free port.</summary>
    private sealed class Service(WebApplication app) : IAsyncDisposable
    {
        public string Url => $"{app.Urls.First()}/score";

        public string Host => new Uri(app.Urls.First()).Authority;

        public static async Task<Service> StartAsync(RequestDelegate handle)
        {
            var app = WebApplication.CreateSlimBuilder().Build();
            app.Urls.Add("http://127.0.0.1:0");
            app.Run(handle);
            await app.StartAsync();
            return new Service(app);
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }
}
