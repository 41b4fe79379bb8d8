namespace FunctionsEval.Storage.Connection;

/// <summary>
/// Where the data lives, as the Functions host spells it: <c>AzureWebJobsStorage</c> (<paramref name="ConnectionString"/>), or
/// <c>AzureWebJobsStorage__accountName</c> and its siblings; with none of them a SQLite file in <paramref name="DataFolder"/>.
/// </summary>
public sealed record StorageSettings(
    string DataFolder,
    string? ConnectionString = null,
    string? AccountName = null,
    string? Credential = null,
    string? ClientId = null,
    string? TableServiceUri = null,
    string? QueueServiceUri = null)
{
    /// <summary>True when nothing names an Azure account.</summary>
    public bool IsLocal => string.IsNullOrWhiteSpace(ConnectionString)
        && string.IsNullOrWhiteSpace(AccountName)
        && string.IsNullOrWhiteSpace(TableServiceUri)
        && string.IsNullOrWhiteSpace(QueueServiceUri);
}
