using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Orchestration;

/// <summary>The storage queue <c>pipeline</c> of the function app, which triggers <see cref="PipelineQueue"/>, and its poison queue.</summary>
public sealed class PipelineStorageQueue(QueueServiceClient queues)
{
    /// <summary>Adds a job; the queue comes into being at the first one.</summary>
    public async Task SendAsync(PipelineJob job, CancellationToken cancellationToken)
    {
        var queue = queues.GetQueueClient(PipelineJob.QueueName);
        var message = JsonSerializer.Serialize(job, OrchestrationJson.Context.PipelineJob);
        try
        {
            await queue.SendMessageAsync(message, cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.Status == StatusCodes.Status404NotFound)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await queue.SendMessageAsync(message, cancellationToken);
        }
        catch (RequestFailedException failed)
        {
            throw new StorageException($"Queue '{PipelineJob.QueueName}' cannot be reached: {failed.ErrorCode ?? failed.Message}", failed);
        }
    }

    /// <summary>About how many jobs wait; throws <see cref="StorageException"/> when the queue cannot be reached.</summary>
    public Task<int> WaitingAsync(CancellationToken cancellationToken) => CountAsync(PipelineJob.QueueName, cancellationToken);

    /// <summary>About how many jobs were given up.</summary>
    public Task<int> PoisonedAsync(CancellationToken cancellationToken) => CountAsync(PipelineJob.PoisonQueueName, cancellationToken);

    private async Task<int> CountAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await queues.GetQueueClient(name).GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
        }
        catch (RequestFailedException missing) when (missing.Status == StatusCodes.Status404NotFound)
        {
            return 0;
        }
        catch (RequestFailedException failed)
        {
            throw new StorageException($"Queue '{name}' cannot be reached: {failed.ErrorCode ?? failed.Message}", failed);
        }
    }
}
