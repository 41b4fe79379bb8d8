using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using FunctionsEval.Storage.Azure;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests.Azure;

public sealed class Azure_failures(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_key_is_a_storage_exception_that_says_what_to_check()
    {
        var wrong = azurite.ConnectionString.Replace("AccountKey=Eby8", "AccountKey=AAAA", StringComparison.Ordinal);
        var store = new AzureEntityStore(new TableServiceClient(wrong));
        var queue = new AzureMessageQueue(new QueueServiceClient(wrong));

        var reading = await Assert.ThrowsAsync<StorageException>(() => store.FindAsync("rows", "p", "r", Cancel));
        var sending = await Assert.ThrowsAsync<StorageException>(() => queue.SendAsync("jobs", "x", Cancel));

        Assert.Contains("Reading table rows at http://127.0.0.1", reading.Message, StringComparison.Ordinal);
        Assert.Contains("Check the account key", reading.Message, StringComparison.Ordinal);
        Assert.Contains("Check the account key", sending.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", reading.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_a_storage_exception()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var settings = new StorageSettings("", $"AccountName=devstoreaccount1;AccountKey=AAAA;TableEndpoint=http://127.0.0.1:{port}/devstoreaccount1");
        await using var storage = StorageConnection.Open(settings, TimeProvider.System);

        var error = await Assert.ThrowsAsync<StorageException>(() => storage.Entities.FindAsync("rows", "p", "r", Cancel));

        Assert.Contains("Check the address and that the service runs", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aGVsbG8=", "hello")]
    [InlineData("not base64!", "not base64!")]
    [InlineData("", "")]
    public void A_message_that_is_not_base64_is_handed_on_as_it_is(string body, string text) => Assert.Equal(text, AzureMessageQueue.Decode(body));
}
