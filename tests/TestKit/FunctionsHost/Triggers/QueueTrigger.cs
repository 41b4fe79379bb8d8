using System.Text;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FunctionsEval.TestKit.FunctionsHost.Calls;
using FunctionsEval.TestKit.FunctionsHost.Configuration;
using FunctionsEval.TestKit.FunctionsHost.Handler;

namespace FunctionsEval.TestKit.FunctionsHost.Triggers;

/// <summary>
/// A queue trigger on real Storage Queues: a batch whenever few enough are being worked on, messages hidden for ten minutes and renewed,
/// failures shown again, and after too many the poison queue.
/// </summary>
internal sealed class QueueTrigger(
    FunctionDefinition function, string connection, QueueSettings settings, FunctionInvoker invoker, Func<string> durableClient, HostLog log, BackgroundWork work)
{
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(100);

    private readonly string _name = function.Trigger.Text("queueName") ?? throw new HostConfigurationException($"{function.Name}: queueName is missing.");
    private readonly SemaphoreSlim _ended = new(0);
    private int _running;

    public void Start() => work.Start(PollAsync);

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var queue = Client(_name);
        await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var wait = ShortestPoll;
        while (true)
        {
            while (Volatile.Read(ref _running) > settings.NewBatchThreshold)
            {
                await _ended.WaitAsync(cancellationToken);
            }

            var messages = (await queue.ReceiveMessagesAsync(settings.BatchSize, Hidden, cancellationToken)).Value;
            foreach (var message in messages)
            {
                Interlocked.Increment(ref _running);
                work.Start(token => ProcessAsync(queue, message, token));
            }

            wait = messages.Length > 0 ? ShortestPoll : wait * 2 < settings.MaxPollingInterval ? wait * 2 : settings.MaxPollingInterval;
            if (messages.Length == 0)
            {
                await Task.Delay(wait, cancellationToken);
            }
        }
    }

    private async Task ProcessAsync(QueueClient queue, QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            var lease = new QueueLease(queue, message);
            if (message.DequeueCount > settings.MaxDequeueCount)
            {
                await PoisonAsync(lease, cancellationToken);
                return;
            }

            var isDone = await lease.KeepAsync(Hidden, Renewal, () => CallAsync(message, cancellationToken), cancellationToken);
            if (isDone)
            {
                await lease.DeleteAsync(cancellationToken);
            }
            else if (message.DequeueCount >= settings.MaxDequeueCount)
            {
                await PoisonAsync(lease, cancellationToken);
            }
            else
            {
                await lease.ShowAsync(settings.VisibilityTimeout, cancellationToken);
            }
        }
        catch (RequestFailedException e)
        {
            log.Write($"Message {message.MessageId} of queue '{_name}' could not be settled: {e.ErrorCode}.");
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            _ended.Release();
        }
    }

    private async Task<bool> CallAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await invoker.InvokeAsync(Call(message), cancellationToken);
            return true;
        }
        catch (Exception e) when (e is FunctionInvocationException or FunctionTimeoutException or FormatException)
        {
            log.Write($"Message {message.MessageId} of queue '{_name}' failed at attempt {message.DequeueCount}: {(e.InnerException ?? e).Message}");
            return false;
        }
    }

    private WrappedCall Call(QueueMessage message)
    {
        var body = message.Body.ToString();
        var text = settings.IsBase64 ? Encoding.UTF8.GetString(Convert.FromBase64String(body)) : body;
        var data = new BindingData()
            .With("QueueTrigger", text).With("DequeueCount", message.DequeueCount).With("ExpirationTime", message.ExpiresOn).With("Id", message.MessageId)
            .With("InsertionTime", message.InsertedOn).With("NextVisibleTime", message.NextVisibleOn).With("PopReceipt", message.PopReceipt)
            .WithPropertiesOf(text);
        return new WrappedCall(
            function,
            [.. function.Bindings.Where(binding => binding.IsInput).Select(binding => (binding.Name, (object?)(binding.IsTrigger ? text : durableClient())))],
            data);
    }

    private async Task PoisonAsync(QueueLease lease, CancellationToken cancellationToken)
    {
        var poison = Client($"{_name}-poison");
        await poison.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await poison.SendMessageAsync(lease.Body, cancellationToken: cancellationToken);
        await lease.DeleteAsync(cancellationToken);
        log.Write($"Message {lease.Id} has reached MaxDequeueCount of {settings.MaxDequeueCount}. Moving message to queue '{_name}-poison'.");
    }

    private QueueClient Client(string name) => new(connection, name, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2021_02_12));
}
