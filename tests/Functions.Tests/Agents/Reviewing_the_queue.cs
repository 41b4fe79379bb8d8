using Azure.Storage.Queues;
using FunctionsEval.Agents.Reviews.Rules;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>Jobs that the function app gave up, on a real queue.</summary>
public sealed class Reviewing_the_queue : IClassFixture<AzuriteFixture>, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(RunCells.Noon);
    private readonly QueueServiceClient _queues;
    private readonly StorageConnection _storage;
    private readonly AgentParts _parts;

    public Reviewing_the_queue(AzuriteFixture azurite)
    {
        _queues = new QueueServiceClient(azurite.ConnectionString);
        _storage = StorageConnection.Open(new StorageSettings(_folder.Path));
        _parts = new AgentParts(_storage.Entities, _clock, queue: new PipelineStorageQueue(_queues));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _parts.Dispose();
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Messages_that_were_given_up_are_found_before_what_is_less_severe_until_they_are_gone()
    {
        await _parts.Runs.AddAsync(RunCells.Run() with { Status = RunStatus.Paused }, Cancel);
        await _parts.Review.RunAsync(Cancel);
        _clock.Advance(TimeSpan.FromHours(25));
        var poison = _queues.GetQueueClient(PipelineJob.PoisonQueueName);
        await poison.CreateAsync(cancellationToken: Cancel);
        await poison.SendMessageAsync("not json", Cancel);

        var found = (await _parts.Review.RunAsync(Cancel)).Findings;
        await poison.ClearMessagesAsync(Cancel);
        var later = (await _parts.Review.RunAsync(Cancel)).Findings;

        Assert.Equal([RunConditions.PoisonMessages, RunConditions.ForgottenPause], found.Select(finding => finding.Rule));
        Assert.Equal(("pipeline-poison", "Messages that were given up: 1."), (found[0].Subject, found[0].Message));
        Assert.Equal([RunConditions.ForgottenPause], later.Select(finding => finding.Rule));
    }
}
