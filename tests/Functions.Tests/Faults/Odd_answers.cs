using System.Net;
using System.Text.Json;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.Faults;

public sealed class Odd_answers : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(100_000)]
    [InlineData(600_000)]
    [InlineData(3_000_000)]
    public async Task An_answer_of_any_length_is_kept_whole_beside_its_neighbours(int length)
    {
        // Ends in a surrogate pair at every place, so that a cut in between would show.
        var text = "Rating: 4\n" + string.Concat(Enumerable.Repeat("\"🙂", length / 3));
        var (run, transcripts) = await RunAsync(prompt => prompt.Contains("case 1", StringComparison.Ordinal) ? text : "Rating: 2");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal(["Rating: 2", text, "Rating: 2"], transcripts.Select(transcript => transcript.Turns[0].TargetResponse));
    }

    private async Task<(RunRecord Run, List<Transcript> Transcripts)> RunAsync(Func<string, string> answer)
    {
        await using var app = await StartModelAsync(answer);
        var settings = new Settings(_ => null, _folder.Path, app.Urls.First() + "/v1");
        await using var services = LocalProgram.Open(settings, NullLoggerFactory.Instance, isCommand: true);
        var id = await services.Definitions.AddAsync(RunServer.Definition(scenarios: 3, samples: 1), Cancel);
        var run = Assert.IsType<StartOutcome.Started>(await services.StartRun.StartAsync(id, new RunOverrides(), settings.BaseUrl, Cancel)).Run;
        await services.Client.WaitForInstanceCompletionAsync(run.RunId, getInputsAndOutputs: false, Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        var transcripts = new List<Transcript>();
        foreach (var address in RunCells.Addresses(run))
        {
            transcripts.Add((await services.Cells.FindTranscriptAsync(run.RunId, address, Cancel))!);
        }

        return (await services.Runs.GetAsync(run.RunId, Cancel), transcripts);
    }

    private static async Task<WebApplication> StartModelAsync(Func<string, string> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapPost("/v1/chat/completions", async (HttpContext context) =>
        {
            using var request = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            var prompt = request.RootElement.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;
            var choice = new { message = new { role = "assistant", content = answer(prompt) }, finish_reason = "stop" };
            await context.Response.WriteAsync(JsonSerializer.Serialize(new { id = "1", model = "odd", choices = new[] { choice } }), context.RequestAborted);
        });
        await app.StartAsync(Cancel);
        return app;
    }
}
