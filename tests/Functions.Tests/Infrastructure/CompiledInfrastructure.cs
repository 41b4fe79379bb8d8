using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Infrastructure;

/// <summary>What infra/check leaves: the compiled template, and the resources of infra/example.bicepparam with their values filled in.</summary>
public sealed class CompiledInfrastructure : IAsyncLifetime
{
    // The compiler's package is for this platform only; elsewhere a bicep of one's own can be named.
    private static readonly bool HasCompiler =
        (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64) || Environment.GetEnvironmentVariable("BICEP") is { Length: > 0 };

    private JsonDocument? _template;
    private JsonDocument? _snapshot;

    internal JsonElement Template => Read(_template);

    internal IReadOnlyList<JsonElement> Resources => [.. Read(_snapshot).GetProperty("predictedResources").EnumerateArray()];

    public async ValueTask InitializeAsync()
    {
        if (!HasCompiler)
        {
            return;
        }

        await CheckAsync();
        _template = await ParseAsync("main.json");
        _snapshot = await ParseAsync("example.snapshot.json");
    }

    public ValueTask DisposeAsync()
    {
        _template?.Dispose();
        _snapshot?.Dispose();
        return ValueTask.CompletedTask;
    }

    internal IReadOnlyList<JsonElement> OfType(string type) => [.. Resources.Where(resource => resource.GetProperty("type").GetString() == type)];

    private static JsonElement Read(JsonDocument? document)
    {
        Assert.SkipUnless(HasCompiler, "The Bicep compiler comes for Linux on x64. Set BICEP to the path of your own.");
        return document!.RootElement;
    }

    private static async Task CheckAsync()
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(RepositoryFolder.Path, "infra", "check")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var check = Process.Start(start)!;
        var errors = check.StandardError.ReadToEndAsync();
        var output = await check.StandardOutput.ReadToEndAsync();
        await check.WaitForExitAsync();
        Assert.True(check.ExitCode == 0, $"infra/check ended with {check.ExitCode}:\n{output}{await errors}");
    }

    private static async Task<JsonDocument> ParseAsync(string file)
    {
        await using var stream = File.OpenRead(Path.Combine(RepositoryFolder.Path, "artifacts", "infra", file));
        return await JsonDocument.ParseAsync(stream);
    }
}

[CollectionDefinition]
public sealed class Compiled_infrastructure : ICollectionFixture<CompiledInfrastructure>;
