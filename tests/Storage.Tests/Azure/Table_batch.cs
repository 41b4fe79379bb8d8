using System.Buffers;
using System.Text;
using Azure;
using FunctionsEval.Storage.Azure;

namespace FunctionsEval.Storage.Tests.Azure;

public sealed class Table_batch
{
    [Fact]
    public void A_transaction_is_one_changeset_with_escaped_addresses_and_etags()
    {
        var buffer = new ArrayBufferWriter<byte>();
        TableBatch.Write(
            buffer,
            "https://x.table.core.windows.net",
            "cells",
            [
                new(TableTransactionActionType.Add, new Entity("p/1", "r'") { ["n"] = 1, ["text"] = "line\r\n--batch_functionseval" }),
                new(TableTransactionActionType.UpdateReplace, new Entity("p/1", "s"), new ETag("W/\"1\"")),
                new(TableTransactionActionType.Delete, new Entity("p/1", "t")),
            ]);
        var lines = Encoding.UTF8.GetString(buffer.WrittenSpan).Split("\r\n");

        Assert.Contains("POST https://x.table.core.windows.net/cells HTTP/1.1", lines);
        Assert.Contains("""{"PartitionKey":"p.2F1","RowKey":"r'","n@odata.type":"Edm.Int64","n":"1","text":"line\r\n--batch_functionseval"}""", lines);
        Assert.Contains("PUT https://x.table.core.windows.net/cells(PartitionKey=%27p.2F1%27,RowKey=%27s%27) HTTP/1.1", lines);
        Assert.Contains("If-Match: W/\"1\"", lines);
        Assert.Contains("DELETE https://x.table.core.windows.net/cells(PartitionKey=%27p.2F1%27,RowKey=%27t%27) HTTP/1.1", lines);
        Assert.Contains("If-Match: *", lines);
        Assert.Equal(3, lines.Count(line => line == "--changeset_functionseval"));
        Assert.Equal(2, lines.Count(line => line.StartsWith("--batch_functionseval", StringComparison.Ordinal)));
    }

    // The shape of the answer is that of the service's documentation: one part for the operation that failed, its index before the message.
    [Theory]
    [InlineData("2:The specified entity already exists.", 2)]
    [InlineData("The specified entity already exists.", -1)]
    [InlineData("7:The index is out of range.", -1)]
    public void The_refusal_of_a_transaction_names_the_operation(string message, int index)
    {
        var answer = "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n--changesetresponse_1\r\nContent-Type: application/http\r\n" +
            "Content-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 409 Conflict\r\nDataServiceVersion: 3.0;\r\nContent-Type: application/json;odata=minimalmetadata\r\n\r\n" +
            "{\"odata.error\":{\"code\":\"EntityAlreadyExists\",\"message\":{\"lang\":\"en-US\",\"value\":\"" + message + "\\nRequestId:1\"}}}" +
            "\r\n--changesetresponse_1--\r\n--batchresponse_1--\r\n";

        var error = Assert.Throws<TableTransactionFailedException>(() => TableBatch.Read(answer, 3));

        Assert.Equal((409, "EntityAlreadyExists", index), (error.Status, error.ErrorCode, error.FailedTransactionActionIndex));
    }

    [Fact]
    public void An_answer_with_too_few_parts_is_an_error()
    {
        var error = Assert.Throws<StorageException>(() => TableBatch.Read("HTTP/1.1 204 No Content\r\nETag: W/\"1\"\r\n\r\n", 2));

        Assert.Contains("1 of the 2 operations", error.Message, StringComparison.Ordinal);
    }
}
