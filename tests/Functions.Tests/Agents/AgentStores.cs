using Azure.Data.Tables;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>The two kinds of stores that agents' data lie in: a SQLite file, and the tables of a real Azurite.</summary>
public sealed class AgentStores : IAsyncLifetime
{
    public const string Sqlite = "SQLite";
    public const string Azure = "Azurite";

    private readonly AzuriteFixture _azurite = new();

    public static TheoryData<string> Kinds => [Sqlite, Azure];

    public ValueTask InitializeAsync() => _azurite.InitializeAsync();

    public ValueTask DisposeAsync() => _azurite.DisposeAsync();

    /// <summary>The variables that choose an empty store of a kind; skips the test where it cannot be had.</summary>
    public async Task<(string Name, string Value)[]> EmptyAsync(string kind)
    {
        if (kind == Sqlite)
        {
            return [];
        }

        var tables = new TableServiceClient(_azurite.ConnectionString);
        await foreach (var table in tables.QueryAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            await tables.DeleteTableAsync(table.Name, TestContext.Current.CancellationToken);
        }

        return [("AzureWebJobsStorage", _azurite.ConnectionString)];
    }
}
