using Azure.Data.Tables;
using FunctionsEval.Storage.Azure;
using FunctionsEval.Storage.Tests.Entities;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests.Azure;

public sealed class Azurite_entity_store(AzuriteFixture azurite) : EntityStoreContract
{
    protected override IEntityStore Store { get; } = new AzureEntityStore(new TableServiceClient(azurite.ConnectionString));
}
