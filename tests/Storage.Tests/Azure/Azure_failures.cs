using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;
using FunctionsEval.Storage.Azure;
using FunctionsEval.Storage.Connection;
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

        var reading = await Assert.ThrowsAsync<StorageException>(() => store.FindAsync("rows", "p", "r", Cancel));

        Assert.Contains("Reading table rows at http://127.0.0.1", reading.Message, StringComparison.Ordinal);
        Assert.Contains("Check the account key", reading.Message, StringComparison.Ordinal);
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
        await using var storage = StorageConnection.Open(settings);

        var error = await Assert.ThrowsAsync<StorageException>(() => storage.Entities.FindAsync("rows", "p", "r", Cancel));

        Assert.Contains("Check the address and that the service runs", error.Message, StringComparison.Ordinal);
    }
}
