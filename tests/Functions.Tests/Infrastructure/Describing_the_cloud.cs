using System.Reflection;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace FunctionsEval.Functions.Tests.Infrastructure;

/// <summary>What infra/ asks Azure for, once compiled.</summary>
[Collection(typeof(Compiled_infrastructure))]
public sealed partial class Describing_the_cloud(CompiledInfrastructure infra)
{
    /// <summary>Roles by the id that Azure gives them, as https://learn.microsoft.com/azure/role-based-access-control/built-in-roles lists them.</summary>
    private static readonly Dictionary<string, string> Roles = new(StringComparer.Ordinal)
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["b86a8fe4-44ce-4948-aee5-eccb2c155cd7"] = "Key Vault Secrets Officer",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
    };

    /// <summary>Settings that only the Functions host needs.</summary>
    private static readonly string[] OfTheHost = ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"];

    /// <summary>In Azure the identity replaces connection strings and the account the data folder, the plan sets the runtime, and the host checks its own keys.</summary>
    private static readonly string[] NotInTheCloud =
        ["AzureWebJobsStorage", "AzureWebJobsStorage__tableServiceUri", "AzureWebJobsStorage__queueServiceUri", "FUNCTIONS_WORKER_RUNTIME", KnownSetting.Data.Variable];

    private JsonElement App => Assert.Single(infra.OfType("Microsoft.Web/sites"));

    private JsonElement AppSettings => Assert.Single(infra.OfType("Microsoft.Web/sites/config")).GetProperty("properties");

    [Fact]
    public void The_app_runs_as_an_isolated_worker_of_the_version_that_it_is_built_for()
    {
        var builtFor = new FrameworkName(Assembly.Load("functionseval").GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName);

        var runtime = App.GetProperty("properties").GetProperty("functionAppConfig").GetProperty("runtime");

        Assert.Equal("dotnet-isolated", runtime.GetProperty("name").GetString());
        Assert.Equal(builtFor.Version.ToString(2), runtime.GetProperty("version").GetString());
        Assert.Equal("FC1", Assert.Single(infra.OfType("Microsoft.Web/serverfarms")).GetProperty("sku").GetProperty("name").GetString());
    }

    [Fact]
    public void Azd_finds_the_app_by_its_tag_and_the_project_by_its_folder()
    {
        var azure = new YamlStream();
        azure.Load(new StringReader(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "azure.yaml"))));

        var (name, service) = Assert.Single((YamlMappingNode)azure.Documents[0].RootNode["services"]);

        Assert.Equal(App.GetProperty("tags").GetProperty("azd-service-name").GetString(), name.ToString());
        Assert.Single(Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, service["project"].ToString()), "*.csproj"));
    }

    [Fact]
    public void The_identity_of_the_app_has_these_roles_on_these_resources_and_no_others()
    {
        var given = infra.OfType("Microsoft.Authorization/roleAssignments")
            .Select(assignment => (
                ToTheApp: assignment.GetProperty("properties").GetProperty("principalId").GetString()!.Contains("userAssignedIdentities", StringComparison.Ordinal),
                On: Scope().Match(assignment.GetProperty("id").GetString()!).Groups["type"].Value,
                Role: Name(assignment.GetProperty("properties").GetProperty("roleDefinitionId").GetString()!)))
            .ToLookup(assignment => assignment.ToTheApp, assignment => $"{assignment.Role} on {assignment.On}");

        Assert.Equal(
            [
                "Key Vault Secrets User on Microsoft.KeyVault/vaults",
                "Monitoring Metrics Publisher on Microsoft.Insights/components",
                "Storage Blob Data Owner on Microsoft.Storage/storageAccounts",
                "Storage Queue Data Contributor on Microsoft.Storage/storageAccounts",
                "Storage Table Data Contributor on Microsoft.Storage/storageAccounts",
            ],
            given[true].Order(StringComparer.Ordinal));
        Assert.Equal(["Key Vault Secrets Officer on Microsoft.KeyVault/vaults"], given[false]);
    }

    [Fact]
    public void Keys_and_passwords_give_no_access()
    {
        var account = Assert.Single(infra.OfType("Microsoft.Storage/storageAccounts")).GetProperty("properties");
        Assert.False(account.GetProperty("allowSharedKeyAccess").GetBoolean());
        Assert.False(account.GetProperty("allowBlobPublicAccess").GetBoolean());
        Assert.True(Assert.Single(infra.OfType("Microsoft.KeyVault/vaults")).GetProperty("properties").GetProperty("enableRbacAuthorization").GetBoolean());
        Assert.True(Assert.Single(infra.OfType("Microsoft.Insights/components")).GetProperty("properties").GetProperty("DisableLocalAuth").GetBoolean());
        Assert.DoesNotMatch("(?i)listKeys|accountKey|listSecrets", infra.Template.GetRawText());
    }

    [Fact]
    public void The_app_can_get_every_setting_of_the_sample_and_no_unknown_one()
    {
        using var sample = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "local.settings.sample.json")));
        var known = sample.RootElement.GetProperty("Values").EnumerateObject().Select(value => value.Name).ToList();
        var types = infra.Template.GetProperty("definitions");

        var given = AppSettings.EnumerateObject()
            .Concat(types.GetProperty("programSettings").GetProperty("properties").EnumerateObject())
            .Select(setting => setting.Name)
            .Concat(types.GetProperty("providerKey").GetProperty("allowedValues").EnumerateArray().Select(key => key.GetString()!))
            .ToHashSet(StringComparer.Ordinal);

        Assert.Empty(known.Except(NotInTheCloud).Except(given));
        Assert.Empty(given.Except(OfTheHost).Except(known));
    }

    [Theory]
    [InlineData("OPENAI_API_KEY", "'OPENAI-API-KEY'")]
    [InlineData("ANTHROPIC_API_KEY", "'ANTHROPIC-API-KEY'")]
    public void A_provider_key_is_a_reference_to_its_secret(string setting, string secret)
    {
        var value = AppSettings.GetProperty(setting).GetString();

        Assert.StartsWith("[format('@Microsoft.KeyVault(SecretUri={0}secrets/{1})'", value, StringComparison.Ordinal);
        Assert.Contains(secret, value, StringComparison.Ordinal);
    }

    private static string Name(string roleDefinitionId) => Roles.GetValueOrDefault(roleDefinitionId.Split('/')[^1], roleDefinitionId);

    // The first resource of an id; a role on the whole group has none.
    [GeneratedRegex(@"/resourceGroups/functionseval/providers/(?<type>Microsoft\.(?!Authorization)\w+/\w+)/", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Scope();
}
