using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace FunctionsEval.Storage.Azure;

/// <summary>
/// Signs a request with the account key (SharedKeyLite for the Table service): base64(HMAC-SHA256(key, date LF "/account/path[?comp=...]")).
/// https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
/// </summary>
internal sealed class TableSharedKeyPolicy(string accountName, byte[] key, TimeProvider clock) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var date = clock.GetUtcNow().ToString("R");
        message.Request.Headers.SetValue("x-ms-date", date);
        message.Request.Headers.SetValue("Authorization", $"SharedKeyLite {accountName}:{Sign(date, message.Request.Uri.ToUri())}");
    }

    public string Sign(string date, Uri uri)
    {
        var comp = uri.Query.TrimStart('?').Split('&').FirstOrDefault(part => part.StartsWith("comp=", StringComparison.Ordinal));
        var resource = $"/{accountName}{uri.AbsolutePath}{(comp is null ? "" : "?" + comp)}";
        return Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{date}\n{resource}")));
    }
}
