using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Infrastructure;

/// <summary>infra/ is Bicep, and asks Azure for what Azure has: properties, values and versions.</summary>
public sealed class Reading_bicep(BicepReader reader) : IClassFixture<BicepReader>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_file_is_Bicep()
    {
        var files = await reader.ReadAsync(BicepFile.All.Select(file => file.Path), Cancel);

        Assert.Equal(BicepFile.All.Count(), files.Count);
        Assert.All(files, file => Assert.Empty(file.Errors));
        Assert.Equal(
            BicepFile.All.Sum(file => file.ResourceTypes.Count), files.Sum(file => file.Resources.Count));
    }

    [Theory]
    [InlineData("sku: { name: 'Standard_LRS' ", "missing }", 7)]
    [InlineData("sku: { name: 'Standard_LRS }", "param location", 1)]
    [InlineData("sku = { name: 'Standard_LRS' }", "sku = {", 5)]
    public async Task A_broken_text_is_found_with_its_line(string line, string says, int at)
    {
        var file = await ReadAsync(Account(line));

        Assert.Contains(file.Errors, error => error.Line == at && error.Text.StartsWith(says, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Resources_have_the_properties_and_values_that_Azure_knows()
    {
        using var types = new ResourceTypes();

        var files = await reader.ReadAsync(BicepFile.All.Select(file => file.Path), Cancel);

        Assert.Empty(files.SelectMany(types.FaultsOf));
    }

    [Theory]
    [InlineData("sku: { name: 'Standard_LRS' }", null)]
    [InlineData("sku: { name: empty(location) ? 'Standard_LRS' : 'Standard_ZRS' }", null)]
    [InlineData("sku: { name: 'Standard_XYZ' }", "main.bicep:5: account.sku.name is none of")]
    [InlineData("sku: { nam: 'Standard_LRS' }", "main.bicep:5: account.sku.nam does not exist")]
    [InlineData("sku: {}", "main.bicep:5: account.sku.name is missing")]
    [InlineData("sku: { name: 'Standard_LRS', tier: 'Standard' }", "main.bicep:5: account.sku.tier cannot be written")]
    [InlineData("sku: 'Standard_LRS'", "main.bicep:5: account.sku must not be a string")]
    [InlineData("sku: { name: 'Standard_LRS' }\n  tags: { a: 1 }", "main.bicep:6: account.tags.a is string, not number")]
    [InlineData("sku: { name: 'Standard_LRS' }\n  dnsSuffix: account.properties.primaryEndpoints.blub", "main.bicep:6: account.properties.primaryEndpoints.blub does not exist")]
    public async Task What_Azure_does_not_know_is_found(string lines, string? fault)
    {
        using var types = new ResourceTypes();

        var file = await ReadAsync(Account(lines));

        Assert.Empty(file.Errors);
        Assert.Contains(fault ?? "", string.Join('\n', types.FaultsOf(file)), StringComparison.Ordinal);
        Assert.Equal(fault is null, !types.FaultsOf(file).Any());
    }

    [Fact]
    public async Task An_unknown_version_is_found()
    {
        using var types = new ResourceTypes();

        var file = await ReadAsync(Account("sku: { name: 'Standard_LRS' }").Replace("2023-05-01", "2023-05-02", StringComparison.Ordinal));

        Assert.Contains("Microsoft.Storage/storageAccounts@2023-05-02 is unknown", Assert.Single(types.FaultsOf(file)), StringComparison.Ordinal);
    }

    private static string Account(string lines) =>
        $"param location string\nresource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {{\n  name: 'st1'\n  location: location\n  {lines}\n  kind: 'StorageV2'\n}}\n";

    private async Task<BicepSource> ReadAsync(string text)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "main.bicep");
        await File.WriteAllTextAsync(path, text, Cancel);
        return Assert.Single(await reader.ReadAsync([path], Cancel));
    }
}
