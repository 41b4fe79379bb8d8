using FunctionsEval.Http;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Storage;
using FunctionsEval.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;

namespace FunctionsEval.Hosting;

/// <summary>The program as the isolated worker of a function app; the Functions host starts it and ends it.</summary>
internal static class FunctionsWorker
{
    public static async Task<int> RunAsync(string[] args)
    {
        var settings = new Settings(Environment.GetEnvironmentVariable, Settings.DefaultDataFolder);
        if (settings.Storage.IsLocal)
        {
            throw new InvalidOperationException(
                "AzureWebJobsStorage (or AzureWebJobsStorage__accountName) must name the storage of the function app, but is not set.");
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
            .AddHostedService<HostWatch>();
        await builder.Build().RunAsync();
        return 0;
    }
}
