using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Queues;

namespace FunctionsEval.Storage.Connection;

/// <summary>The clients of the storage account that the settings name.</summary>
internal sealed record AzureAccount(TableServiceClient Tables, QueueServiceClient Queues, string Description)
{
    /// <exception cref="FormatException">A setting is malformed; the message names it, and never repeats a connection string.</exception>
    public static AzureAccount FromConnectionString(string connectionString)
    {
        try
        {
            var tables = new TableServiceClient(connectionString, TableOptions());
            var queues = new QueueServiceClient(connectionString, QueueOptions());
            if (IsHttp(tables.Uri) && IsHttp(queues.Uri))
            {
                return new AzureAccount(tables, queues, $"Azure Storage {tables.Uri.GetLeftPart(UriPartial.Path)}");
            }
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException)
        {
            // The messages of the SDK may repeat a part of the text, and that part may be the key.
        }

        throw new FormatException(
            "AzureWebJobsStorage is not a connection string of Azure Storage: name=value parts with AccountName and AccountKey (base64) or SharedAccessSignature, " +
            "endpoints with http or https; or UseDevelopmentStorage=true.");
    }

    /// <summary>By identity; null when the settings name no account.</summary>
    /// <exception cref="FormatException">A setting is malformed; the message names it.</exception>
    public static AzureAccount? FromIdentity(StorageSettings settings)
    {
        var tables = Endpoint("tableServiceUri", settings.TableServiceUri, settings.AccountName, "table");
        var queues = Endpoint("queueServiceUri", settings.QueueServiceUri, settings.AccountName, "queue");
        if ((tables is null) != (queues is null))
        {
            throw new FormatException("AzureWebJobsStorage__tableServiceUri and __queueServiceUri belong together: give both, or __accountName.");
        }

        if (tables is null)
        {
            return null;
        }

        var credential = Credential(settings);
        return new AzureAccount(
            new TableServiceClient(tables, credential, TableOptions()),
            new QueueServiceClient(queues, credential, QueueOptions()),
            $"Azure Storage {tables} (identity)");
    }

    private static TableClientOptions TableOptions() => WithRetries(new TableClientOptions());

    // The Functions queue trigger expects base64.
    private static QueueClientOptions QueueOptions() => WithRetries(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    // Bounded: an activity or a request that cannot reach its store for about ten seconds fails and is tried anew as a whole.
    private static T WithRetries<T>(T options)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 5;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(5);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        return options;
    }

    private static bool IsHttp(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp;

    private static TokenCredential Credential(StorageSettings settings) => settings.Credential switch
    {
        null or "" => new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = settings.ClientId }),
        "managedidentity" => new ManagedIdentityCredential(
            settings.ClientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(settings.ClientId)),
        var other => throw new FormatException($"AzureWebJobsStorage__credential '{other}': only 'managedidentity' is known; leave it out for the default chain."),
    };

    private static Uri? Endpoint(string setting, string? given, string? accountName, string service)
    {
        if (string.IsNullOrWhiteSpace(given))
        {
            return string.IsNullOrWhiteSpace(accountName)
                ? null
                : accountName.Length is >= 3 and <= 24 && accountName.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter))
                    ? new Uri($"https://{accountName}.{service}.core.windows.net")
                    : throw new FormatException($"AzureWebJobsStorage__accountName '{accountName}': an account name is 3 to 24 lower-case letters and digits.");
        }

        return Uri.TryCreate(given, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
            ? uri
            : throw new FormatException($"AzureWebJobsStorage__{setting} '{given}' is not an https address.");
    }
}
