using Azure.Core;
using Azure.Core.Pipeline;

namespace FunctionsEval.Storage.Azure;

/// <summary>The Table service of one account, over the Azure.Core pipeline (retries, diagnostics, credentials). Names as in Azure.Data.Tables.</summary>
internal sealed class TableServiceClient
{
    private const string Scope = "https://storage.azure.com/.default";

    public TableServiceClient(string connectionString, TimeProvider clock)
    {
        var parts = StorageConnectionString.Parse(connectionString);
        Uri = parts.TableEndpoint;
        Pipeline = Build(new TableSharedKeyPolicy(parts.AccountName, parts.AccountKey, clock));
    }

    public TableServiceClient(Uri endpoint, TokenCredential credential)
    {
        Uri = endpoint;
        Pipeline = Build(new BearerTokenAuthenticationPolicy(credential, Scope));
    }

    public Uri Uri { get; }

    internal HttpPipeline Pipeline { get; }

    public TableClient GetTableClient(string table) => new(this, table);

    private static HttpPipeline Build(HttpPipelinePolicy authentication)
    {
        var options = new TableClientOptions();
        options.Retry.MaxRetries = 5;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(10);

        // The date is part of the signature and grows stale, so each retry is signed anew.
        return HttpPipelineBuilder.Build(options, authentication);
    }

    private sealed class TableClientOptions : ClientOptions;
}
