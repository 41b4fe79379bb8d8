using System.Buffers;
using System.Globalization;
using System.Text;

namespace FunctionsEval.Storage.Azure;

/// <summary>
/// An entity group transaction as OData multipart/mixed: one batch with one changeset.
/// https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
/// </summary>
internal static class TableBatch
{
    // A fixed boundary is safe: JSON escapes line breaks, so no body can hold one at the start of a line.
    private const string Batch = "batch_functionseval";
    private const string Changeset = "changeset_functionseval";

    public const string ContentType = $"multipart/mixed; boundary={Batch}";

    public static void Write(IBufferWriter<byte> buffer, string root, string table, IReadOnlyList<TableTransactionAction> actions)
    {
        Append($"--{Batch}\r\nContent-Type: multipart/mixed; boundary={Changeset}\r\n\r\n");
        for (var index = 0; index < actions.Count; index++)
        {
            var (method, uri, ifMatch, body) = TableRequests.Of(actions[index], root, table, asciiOnly: false);
            Append($"--{Changeset}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n");
            Append($"{method} {uri} HTTP/1.1\r\nContent-ID: {index}\r\nAccept: application/json;odata=minimalmetadata\r\nDataServiceVersion: 3.0\r\n");
            Append(ifMatch is null ? "" : $"If-Match: {ifMatch}\r\n");
            Append(actions[index].ActionType == TableTransactionActionType.Add ? "Prefer: return-no-content\r\n" : "");
            if (body is not null)
            {
                Append("Content-Type: application/json\r\n\r\n");
                buffer.Write(body.WrittenSpan);
            }

            Append(body is null ? "\r\n\r\n" : "\r\n");
        }

        Append($"--{Changeset}--\r\n--{Batch}--\r\n");

        void Append(string text) => Encoding.UTF8.GetBytes(text, buffer);
    }

    /// <summary>The new ETags, or the one refusal that the service answers instead.</summary>
    public static IReadOnlyList<string?> Read(string response, int count)
    {
        var etags = new List<string?>(count);
        foreach (var part in response.Split("HTTP/1.1 ").Skip(1))
        {
            var status = int.Parse(part.AsSpan(0, 3), CultureInfo.InvariantCulture);
            if (status >= 400)
            {
                var (code, message) = TableErrors.Parse(part);
                throw new TableTransactionFailedException(status, message, code, FailedIndex(message, part, count));
            }

            etags.Add(Header(part, "ETag"));
        }

        return etags.Count == count
            ? etags
            : throw new StorageException($"The table service answered {etags.Count} of the {count} operations of a transaction.");
    }

    // The service puts the index before the message ("3:The specified entity ..."); the Content-ID is the emulator's way.
    private static int FailedIndex(string message, string part, int count)
    {
        var digits = message.AsSpan(0, Math.Max(0, message.AsSpan().IndexOf(':')));
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ||
            int.TryParse(Header(part, "Content-ID"), NumberStyles.None, CultureInfo.InvariantCulture, out index))
        {
            return index < count ? index : -1;
        }

        return -1;
    }

    private static string? Header(string part, string name)
    {
        foreach (var line in part.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.OrdinalIgnoreCase) && line.Length > name.Length && line[name.Length] == ':')
            {
                return line[(name.Length + 1)..].Trim().ToString();
            }
        }

        return null;
    }
}
