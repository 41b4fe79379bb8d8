using System.Text;
using System.Text.Json;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Telemetry;

/// <summary>The program as a server in a process of its own, with a client that gives its key in the query, where it must not be seen.</summary>
internal sealed class ServingProgram : IAsyncDisposable
{
    private readonly ProgramProcess _program;
    private readonly string _key;

    private ServingProgram(ProgramProcess program, string key, Uri address) => (_program, _key, Client) = (program, key, new HttpClient { BaseAddress = address });

    public HttpClient Client { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<ServingProgram> StartAsync(Workbench bench, string key, IReadOnlyDictionary<string, string> environment)
    {
        var program = ProgramProcess.Start(
            ["serve", "--port", "0", "--data", bench.Data, "--base-url", bench.BaseUrl],
            new Dictionary<string, string>(environment) { ["FUNCTIONSEVAL_API_KEY"] = key });
        await Eventually.TrueAsync(() => program.Error.Contains("/api over ", StringComparison.Ordinal) || program.HasExited, "the server to listen", cancellationToken: Cancel);
        Assert.False(program.HasExited, program.Error);
        return new ServingProgram(program, key, new Uri(program.Error.Split("serving ")[1].Split(" over")[0] + "/"));
    }

    /// <summary>Stores the definition and starts a run of it, whose end it waits for; the id of the run.</summary>
    public async Task<string> RunAsync(string definition)
    {
        var definitionId = (await PostAsync("definitions", definition, "application/yaml")).GetProperty("definitionId").GetString();
        var runId = (await PostAsync("runs", $"{{\"definitionId\":\"{definitionId}\"}}", "application/json")).GetProperty("runId").GetString()!;
        await Eventually.TrueAsync(
            async () => (await Client.GetStringAsync($"runs/{runId}?code={_key}", Cancel)).Contains("\"status\":\"completed\"", StringComparison.Ordinal),
            "the run to be completed",
            cancellationToken: Cancel);
        return runId;
    }

    /// <summary>Whether the process has mapped a library of this name into its memory, as only Linux tells.</summary>
    public bool HasLoaded(string library)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a process has loaded.");
        return File.ReadAllText($"/proc/{_program.Id}/maps").Contains($"/{library}", StringComparison.Ordinal);
    }

    /// <summary>Ends it as an operator does, and waits until it has.</summary>
    public async Task StopAsync()
    {
        await _program.SignalAsync("TERM");
        Assert.Equal(0, (await _program.EndAsync()).ExitCode);
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return _program.DisposeAsync();
    }

    private async Task<JsonElement> PostAsync(string path, string body, string contentType)
    {
        using var content = new StringContent(body, Encoding.UTF8, contentType);
        using var response = await Client.PostAsync($"{path}?code={_key}", content, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
