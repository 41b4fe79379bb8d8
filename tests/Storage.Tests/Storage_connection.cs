using Azure.Storage.Queues;
using FunctionsEval.Storage.Azure;
using FunctionsEval.Storage.Connection;
using FunctionsEval.Storage.Sqlite;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests;

public sealed class Storage_connection(AzuriteFixture azurite) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_settings_the_data_is_in_a_sqlite_file()
    {
        var folder = _folder.File("new/data");
        await using var storage = Open(new StorageSettings(folder));

        Assert.IsType<SqliteEntityStore>(storage.Entities);
        Assert.Null(storage.Queues);
        Assert.True(storage.IsLocal);
        Assert.Equal($"SQLite {Path.Combine(folder, "data.db")}", storage.Description);
        Assert.True(File.Exists(Path.Combine(folder, "data.db")));
    }

    [Fact]
    public async Task A_connection_string_leads_to_azure_and_its_key_is_not_described()
    {
        await using var storage = Open(new StorageSettings(_folder.Path, azurite.ConnectionString));
        await storage.Entities.SubmitAsync("rows", EntityOperation.Upsert(new Entity("p", "r")), Cancel);

        Assert.False(storage.IsLocal);
        Assert.StartsWith("Azure Storage http://127.0.0.1:", storage.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("Eby8", storage.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_are_base64_as_the_queue_trigger_expects_them()
    {
        await using var storage = Open(new StorageSettings(_folder.Path, azurite.ConnectionString));
        var queue = storage.Queues!.GetQueueClient($"jobs{Guid.NewGuid():N}");
        await queue.CreateAsync(cancellationToken: Cancel);

        await queue.SendMessageAsync("héllo", Cancel);

        var plain = new QueueServiceClient(azurite.ConnectionString).GetQueueClient(queue.Name);
        Assert.Equal("aMOpbGxv", (await plain.PeekMessageAsync(Cancel)).Value.Body.ToString());
        Assert.Equal("héllo", (await queue.ReceiveMessageAsync(cancellationToken: Cancel)).Value.Body.ToString());
    }

    [Theory]
    [InlineData("mystore", null, "Azure Storage https://mystore.table.core.windows.net/ (identity)")]
    [InlineData("mystore", "managedidentity", "Azure Storage https://mystore.table.core.windows.net/ (identity)")]
    public async Task An_account_name_leads_to_azure_by_identity(string account, string? credential, string description)
    {
        await using var storage = Open(new StorageSettings(_folder.Path, AccountName: account, Credential: credential, ClientId: "00000000-0000-0000-0000-000000000001"));

        Assert.IsType<AzureEntityStore>(storage.Entities);
        Assert.Equal(description, storage.Description);
    }

    [Fact]
    public async Task Explicit_addresses_need_no_account_name()
    {
        await using var storage = Open(new StorageSettings(
            _folder.Path, TableServiceUri: "https://a.table.core.usgovcloudapi.net", QueueServiceUri: "https://a.queue.core.usgovcloudapi.net"));

        Assert.Equal("Azure Storage https://a.table.core.usgovcloudapi.net/ (identity)", storage.Description);
    }

    [Theory]
    [InlineData("c2VjcmV0")]
    [InlineData("AccountName=a;AccountKey=***")]
    [InlineData("AccountKey=c2VjcmV0")]
    [InlineData("AccountName=a;AccountKey=c2VjcmV0;TableEndpoint=ftp://x")]
    [InlineData("AccountName=a;AccountKey=c2VjcmV0;TableEndpoint=x")]
    public void A_bad_connection_string_is_explained_without_repeating_it(string connectionString)
    {
        var error = Assert.Throws<FormatException>(() => Open(new StorageSettings(_folder.Path, connectionString)));

        Assert.Contains("AzureWebJobsStorage is not a connection string", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("***", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_settings_name_themselves()
    {
        AssertFault(new StorageSettings(_folder.Path, AccountName: "My Store"), "AzureWebJobsStorage__accountName 'My Store'");
        AssertFault(new StorageSettings(_folder.Path, AccountName: "mystore", Credential: "password"), "AzureWebJobsStorage__credential 'password'");
        AssertFault(new StorageSettings(_folder.Path, TableServiceUri: "https://x"), "belong together");
        AssertFault(new StorageSettings(_folder.Path, TableServiceUri: "http://x", QueueServiceUri: "https://x"), "tableServiceUri 'http://x' is not an https address");
    }

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10002/devstoreaccount1")]
    [InlineData("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://azurite", "http://azurite:10002/devstoreaccount1")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a1;AccountKey=AA==;EndpointSuffix=core.windows.net", "https://a1.table.core.windows.net/")]
    [InlineData("AccountName=a1;AccountKey=AA==;TableEndpoint=https://t/;QueueEndpoint=https://q/", "https://t/")]
    [InlineData("AccountName=a1;SharedAccessSignature=sv=1&sig=c2VjcmV0", "https://a1.table.core.windows.net/")]
    public async Task Endpoints_follow_from_the_connection_string_and_secrets_are_not_described(string connectionString, string tables)
    {
        await using var storage = Open(new StorageSettings(_folder.Path, connectionString));

        Assert.Equal($"Azure Storage {tables}", storage.Description);
    }

    private static StorageConnection Open(StorageSettings settings) => StorageConnection.Open(settings);

    private static void AssertFault(StorageSettings settings, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Open(settings)).Message, StringComparison.Ordinal);
}
