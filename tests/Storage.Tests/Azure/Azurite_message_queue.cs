using Azure.Storage.Queues;
using FunctionsEval.Storage.Azure;
using FunctionsEval.Storage.Tests.Queues;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests.Azure;

public sealed class Azurite_message_queue(AzuriteFixture azurite) : MessageQueueContract
{
    protected override IMessageQueue Queue { get; } = new AzureMessageQueue(new QueueServiceClient(azurite.ConnectionString));

    protected override Task PassAsync(Func<Task<bool>> condition) =>
        Eventually.TrueAsync(condition, "a hidden message to be visible", cancellationToken: Cancel);
}
