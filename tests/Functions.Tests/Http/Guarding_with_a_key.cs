using System.Net;
using FunctionsEval.Cli;

namespace FunctionsEval.Functions.Tests.Http;

public sealed class Guarding_with_a_key
{
    [Fact]
    public async Task With_a_key_every_call_but_health_needs_it()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_API_KEY"] = "right-key";
        await using var host = await ServerHost.StartAsync(bench);

        (await host.GetAsync("/api/runs")).AssertProblem(HttpStatusCode.Unauthorized, "x-functions-key");
        (await host.GetAsync("/api/runs?code=wrong")).AssertProblem(HttpStatusCode.Unauthorized, "missing or wrong");
        (await host.GetAsync("/api/runs?code=")).AssertProblem(HttpStatusCode.Unauthorized, "missing or wrong");
        (await host.PostAsync("/api/definitions", "{}")).AssertProblem(HttpStatusCode.Unauthorized, "missing or wrong");
        (await host.GetAsync("/api/nowhere")).AssertProblem(HttpStatusCode.Unauthorized, "missing or wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, key: "right-kex"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, key: "right-key2"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, key: "right-key"));
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/runs?code=right-key")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/health")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/")).Status);

        // The host name plays no part once there is a key.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, key: "right-key", hostHeader: "eval.example.org"));
    }

    [Theory]
    [InlineData("eval.example.org")]
    [InlineData("127.0.0.1.example.org")]
    [InlineData("192.168.0.7")]
    public async Task Without_a_key_a_foreign_host_name_is_refused(string name)
    {
        await using var host = await ServerHost.StartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(host, hostHeader: name));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, hostHeader: name, path: "/api/health"));
    }

    [Theory]
    [InlineData("localhost:1234")]
    [InlineData("LOCALHOST")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:80")]
    public async Task Without_a_key_this_machine_is_served(string name)
    {
        await using var host = await ServerHost.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, hostHeader: name));
    }

    [Fact]
    public async Task Health_never_holds_a_key()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_API_KEY"] = "server-secret";
        bench.Environment["OPENAI_API_KEY"] = "sk-model-secret";
        await using var host = await ServerHost.StartAsync(bench);

        var health = await host.GetAsync("/api/health?code=server-secret");

        Assert.True(health.Json.GetProperty("healthy").GetBoolean());
        Assert.True(health.Json.GetProperty("keys").GetProperty("OPENAI_API_KEY").GetBoolean());
        Assert.DoesNotContain("secret", health.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_is_told_whether_the_server_is_well_and_nothing_about_it()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_API_KEY"] = "right-key";
        await using var guarded = await ServerHost.StartAsync(bench);
        await using var open = await ServerHost.StartAsync();

        var stranger = await guarded.GetAsync("/api/health");
        var wrong = await guarded.GetAsync("/api/health?code=wrong");
        var known = await guarded.GetAsync("/api/health?code=right-key");
        var local = await open.GetAsync("/api/health");
        var elsewhere = await open.SendAsync("GET", "/api/health", null, null, ("Host", "eval.example.org"));
        var page = await open.SendAsync("GET", "/api/health", null, null, ("Sec-Fetch-Site", "cross-site"));

        Assert.All([stranger, wrong, elsewhere, page], answer => Assert.Equal((HttpStatusCode.OK, """{"healthy":true}"""), (answer.Status, answer.Text)));
        Assert.Contains(bench.Data, known.Json.GetProperty("store").GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Contains(open.Bench.Data, local.Json.GetProperty("store").GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal(known.Json.GetProperty("version").GetString(), (await guarded.GetAsync("/api/admin/health?code=right-key")).Json.GetProperty("version").GetString());
        (await guarded.GetAsync("/api/admin/health")).AssertProblem(HttpStatusCode.Unauthorized, "missing or wrong");
    }

    [Fact]
    public async Task Stopping_a_server_is_a_success()
    {
        await using var host = await ServerHost.StartAsync();

        Assert.Equal(ExitCodes.Completed, await host.StopAsync());
    }

    private static async Task<HttpStatusCode> StatusAsync(ServerHost host, string? key = null, string? hostHeader = null, string path = "/api/runs")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Host = hostHeader;
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("x-functions-key", key);
        }

        using var response = await host.Client.SendAsync(request);
        return response.StatusCode;
    }
}
