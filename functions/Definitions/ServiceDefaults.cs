using System.Text.Json;
using FunctionsEval.Storage;

namespace FunctionsEval.Definitions;

/// <summary>
/// The defaults of definitions that come over HTTP, by the pages or from a model's client: those that somebody set while the service runs, each in the place of the
/// one that it was started with. They are a row of the store, so that all instances of a function app have the same.
/// </summary>
public sealed class ServiceDefaults(IEntityStore entities, DefinitionDefaults started)
{
    private const string Property = "defaults";

    public async Task<DefinitionDefaults> GetAsync(CancellationToken cancellationToken)
    {
        var (stored, _) = await FindAsync(cancellationToken);
        return new DefinitionDefaults(
            stored.Models.Count > 0 ? stored.Models : started.Models, stored.SamplesPerScenario ?? started.SamplesPerScenario, stored.BudgetUsd ?? started.BudgetUsd);
    }

    /// <summary>What was set, and its version; nothing and null where nothing was.</summary>
    public async Task<(DefinitionDefaults Stored, string? Version)> FindAsync(CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Definitions, TableKeys.DefinitionDefaults, TableKeys.Head, cancellationToken) is { } row
            ? (JsonSerializer.Deserialize(row.GetText(Property)!, DefinitionsJson.Context.DefinitionDefaults)!, row.ETag)
            : (DefinitionDefaults.None, null);

    /// <summary>Sets them in the place of the version that was read; false when they are another one by now.</summary>
    public async Task<bool> ReplaceAsync(DefinitionDefaults defaults, string? version, CancellationToken cancellationToken)
    {
        var row = new Entity(TableKeys.DefinitionDefaults, TableKeys.Head) { ETag = version };
        row.SetText(Property, JsonSerializer.Serialize(defaults, DefinitionsJson.Context.DefinitionDefaults));
        return (await entities.SubmitAsync(TableKeys.Definitions, version is null ? EntityOperation.Insert(row) : EntityOperation.Replace(row), cancellationToken)).IsApplied;
    }
}
