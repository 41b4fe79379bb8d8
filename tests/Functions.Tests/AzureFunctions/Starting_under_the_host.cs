using System.Net;
using System.Net.Sockets;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

/// <summary>The program started as the Functions host starts it: without arguments, told its port by a variable.</summary>
public sealed class Starting_under_the_host
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_answers_the_ping_logs_json_to_standard_output_only_and_never_ends_with_0()
    {
        var port = FreePort();
        await using var program = Start(port, "custom");

        using var ping = await PingAsync(program, port);
        await program.SignalAsync("TERM");
        var (exitCode, output, error) = await program.EndAsync();

        Assert.Equal(HttpStatusCode.OK, ping.StatusCode);
        Assert.NotEqual(0, exitCode);
        Assert.Equal("", error);
        Assert.Contains($"The custom handler listens on http://127.0.0.1:{port} with ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("FUNCTIONS_WORKER_RUNTIME", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("{\"Timestamp\":", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("python")]
    [InlineData("")]
    public async Task Another_worker_runtime_is_said_loudly(string runtime)
    {
        var port = FreePort();
        await using var program = Start(port, runtime);

        using var ping = await PingAsync(program, port);

        await Eventually.TrueAsync(
            () => program.Output.Contains("\"LogLevel\":\"Critical\"", StringComparison.Ordinal)
                && program.Output.Contains($"but is \\u0027{runtime}\\u0027", StringComparison.Ordinal),
            "a critical line about the worker runtime",
            cancellationToken: Cancel);
    }

    [Fact]
    public async Task Without_storage_or_port_it_says_what_is_missing()
    {
        await using var bench = await Workbench.CreateAsync();
        var nothing = await bench.CommandAsync(["host"], Cancel);
        bench.Environment[Settings.PortVariable] = "70000";
        var badPort = await bench.CommandAsync([], Cancel);
        bench.Environment[Settings.PortVariable] = "7071";
        var noStorage = await bench.CommandAsync([], Cancel);

        Assert.Equal((1, 1, 1), (nothing.ExitCode, badPort.ExitCode, noStorage.ExitCode));
        Assert.Contains("FUNCTIONS_CUSTOMHANDLER_PORT must be a port between 0 and 65535, but is ''", nothing.Error, StringComparison.Ordinal);
        Assert.Contains("but is '70000'", badPort.Error, StringComparison.Ordinal);
        Assert.Contains("AzureWebJobsStorage (or AzureWebJobsStorage__accountName) must name", noStorage.Error, StringComparison.Ordinal);
    }

    private static ProgramProcess Start(int port, string runtime) => ProgramProcess.Start([], new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Settings.PortVariable] = $"{port}",
        ["FUNCTIONS_WORKER_RUNTIME"] = runtime,
        ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true",

        // The host's own address must not win.
        ["ASPNETCORE_URLS"] = "http://127.0.0.1:1",
    });

    private static async Task<HttpResponseMessage> PingAsync(ProgramProcess program, int port)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        HttpResponseMessage? ping = null;
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False(program.HasExited, program.Error);
                try
                {
                    ping = await client.GetAsync(new Uri("/", UriKind.Relative), Cancel);
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the ping to be answered",
            TimeSpan.FromSeconds(60),
            Cancel);
        return ping!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
