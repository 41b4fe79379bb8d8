using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.Storage.Connection;
using FunctionsEval.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;

namespace FunctionsEval.Hosting;

/// <summary>The program as the isolated worker of a function app; the Functions host starts it and ends it.</summary>
internal static class FunctionsWorker
{
    public static async Task<int> RunAsync(string[] args, IJsonTypeInfoResolver jsonContexts)
    {
        try
        {
            await ServeAsync(args, jsonContexts);
            return 0;
        }
        catch (Exception exception) when (exception is FormatException or StorageException)
        {
            // A setting is wrong. The host is not there yet to log it, but it logs what its worker writes here.
            await Console.Error.WriteLineAsync($"functionseval cannot start: {exception.Message}");
            return 1;
        }
    }

    private static async Task ServeAsync(string[] args, IJsonTypeInfoResolver jsonContexts)
    {
        var settings = new Settings(Environment.GetEnvironmentVariable, Settings.DefaultDataFolder);
        if (settings.Storage.IsLocal)
        {
            throw new FormatException("AzureWebJobsStorage (or AzureWebJobsStorage__accountName) must name the storage of the function app, but is not set.");
        }

        await using var storage = StorageConnection.Open(settings.Storage);
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();

        // ASP.NET Core logs every request at level Information, with its query, which may hold a key.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services
            .AddFunctionsEval(settings, storage)
            .AddApi()
            .AddWorkerTelemetry(settings.Telemetry)
            .AddSingleton(RunExecutor.FunctionApp)
            .AddSingleton(settings.AbTests)
            .AddSingleton(storage.Queues!)
            .AddSingleton<PipelineStorageQueue>()
            .AddSingleton<EnqueuePipelineJob>(parts => parts.GetRequiredService<PipelineStorageQueue>().SendAsync)
            .AddSingleton<HttpForwarding>()
            .AddHostedService<HostWatch>()
            .AddHostedService<CallsAtStop>()
            .Configure<JsonSerializerOptions>(options => WorkerJson.Apply(options, jsonContexts))
            .Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);
        await builder.Build().RunAsync();
    }
}
