using FunctionsEval.Storage.Azure;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Storage.Tests.Azure;

public sealed class Shared_key
{
    // python3: base64.b64encode(hmac.new(base64.b64decode(KEY), (date + "\n" + resource).encode(), hashlib.sha256).digest()), with
    // date "Fri, 02 Jan 2026 03:04:05 GMT", KEY the emulator's, and the resource in the comment of each case.
    [Theory]
    // /devstoreaccount1/devstoreaccount1/cells(PartitionKey=%27a%7Cb%27,RowKey=%270%27)
    [InlineData("devstoreaccount1", "http://127.0.0.1:10002/devstoreaccount1/cells(PartitionKey=%27a%7Cb%27,RowKey=%270%27)?$top=1", "fJD6ReCiGAi1TNOfDdIVaYheOqcHfUH3f3lWPsyzPtA=")]
    // /myaccount/?comp=properties
    [InlineData("myaccount", "https://myaccount.table.core.windows.net/?restype=service&comp=properties", "ZXtc9dL66gE6DS+v0de32AiMkWoR0dSagFo57AZpCEI=")]
    public void A_request_is_signed_as_the_service_expects(string account, string address, string signature)
    {
        var key = StorageConnectionString.Parse("UseDevelopmentStorage=true").AccountKey;
        var policy = new TableSharedKeyPolicy(account, key, new FakeTimeProvider());

        Assert.Equal(signature, policy.Sign("Fri, 02 Jan 2026 03:04:05 GMT", new Uri(address)));
    }
}
