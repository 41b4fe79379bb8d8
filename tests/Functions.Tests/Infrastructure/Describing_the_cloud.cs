using System.Text.RegularExpressions;

namespace FunctionsEval.Functions.Tests.Infrastructure;

/// <summary>What holds in infra/ as far as it can be seen without a Bicep compiler or a subscription.</summary>
public sealed partial class Describing_the_cloud
{
    /// <summary>Read by the Functions host, the Durable extension or Application Insights.</summary>
    private static readonly string[] OfTheHost =
        ["APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "DURABLE_TASK_SCHEDULER_CONNECTION_STRING"];

    /// <summary>The identity needs no connection string and no addresses, the host gives port and runtime and checks the keys of callers.</summary>
    private static readonly string[] NotInTheCloud =
    [
        "AzureWebJobsStorage", "AzureWebJobsStorage__tableServiceUri", "AzureWebJobsStorage__queueServiceUri",
        Settings.PortVariable, "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONSEVAL_API_KEY",
    ];

    [Fact]
    public void The_app_gets_the_settings_that_the_program_reads_and_no_others()
    {
        var app = BicepFile.Read(Path.Combine(BicepFile.Folder, "modules", "app.bicep")).Text;
        var types = BicepFile.Read(Path.Combine(BicepFile.Folder, "types.bicep")).Text;
        var given = Setting().Matches(app).Concat(Setting().Matches(types)).Select(match => match.Groups["name"].Value)
            .Concat(Key().Matches(types).Select(match => match.Groups["name"].Value))
            .Where(name => !name.StartsWith("AzureFunctionsJobHost__", StringComparison.Ordinal))
            .ToHashSet(StringComparer.Ordinal);
        var read = new HashSet<string>(StringComparer.Ordinal);
        string? Record(string name)
        {
            read.Add(name);
            return null;
        }

        new Settings(Record, "data").Providers(runBaseUrl: null);

        var missing = read.Except(NotInTheCloud).Except(given).ToList();
        Assert.True(missing.Count == 0, $"The program reads what infra/types.bicep or infra/modules/app.bicep does not give: {string.Join(", ", missing)}");
        Assert.Empty(given.Except(OfTheHost).Except(read));
    }

    [Fact]
    public void Modules_exist_and_get_the_parameters_that_they_declare()
    {
        var main = BicepFile.Main;
        Assert.Equal(Directory.EnumerateFiles(Path.Combine(BicepFile.Folder, "modules")).Order(StringComparer.Ordinal), main.Modules.Select(module => module.Path).Order(StringComparer.Ordinal));
        foreach (var module in main.Modules)
        {
            var declared = BicepFile.Read(module.Path).Parameters;
            Assert.Empty(declared.Where(parameter => !parameter.Value).Select(parameter => parameter.Key).Except(module.Parameters));
            Assert.Empty(module.Parameters.Except(declared.Keys));
        }

        foreach (Match used in UsedOutput().Matches(main.Text))
        {
            var module = Assert.Single(main.Modules, module => module.Name == used.Groups["module"].Value);
            Assert.Contains(used.Groups["output"].Value, BicepFile.Read(module.Path).Outputs);
        }
    }

    [Fact]
    public void Parameter_files_name_parameters_that_exist()
    {
        var given = Given().Matches(File.ReadAllText(Path.Combine(BicepFile.Folder, "main.bicepparam"))).Select(match => match.Groups["name"].Value).ToList();

        var declared = BicepFile.Main.Parameters;
        Assert.All(given, name => Assert.Contains(name, declared.Keys));
        Assert.All(declared.Where(parameter => !parameter.Value), parameter => Assert.Contains(parameter.Key, given));
    }

    [Fact]
    public void Every_declared_name_is_used_every_file_is_there_and_every_type_has_a_fixed_version()
    {
        foreach (var file in BicepFile.All)
        {
            Assert.All(file.Loaded, path => Assert.True(File.Exists(path), path));
            Assert.All(file.ResourceTypes, type => Assert.Matches(@"^Microsoft\.[\w/.]+@20\d\d-\d\d-\d\d(-preview)?$", type));
            Assert.All(file.Parameters.Keys, name => Assert.True(Regex.Count(file.Text, $@"\b{name}\b") > 1, $"{file.Path}: {name} is not used"));
            foreach (var (open, close) in new[] { ('{', '}'), ('[', ']'), ('(', ')') })
            {
                Assert.Equal(file.Text.Count(letter => letter == open), file.Text.Count(letter => letter == close));
            }
        }
    }

    [Fact]
    public void Nothing_uses_a_key_of_the_storage_account()
    {
        Assert.Contains("allowSharedKeyAccess: false", BicepFile.Read(Path.Combine(BicepFile.Folder, "modules", "storage.bicep")).Text, StringComparison.Ordinal);
        Assert.All(BicepFile.All, file => Assert.DoesNotMatch("listKeys|AccountKey|connectionString\\(", file.Text));
    }

    [GeneratedRegex(@"(?m)(^\s+|\{ )(?<name>[A-Z][A-Z0-9_]{3,}|AzureWebJobs\w+): ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\| '(?<name>[A-Z0-9_]+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();

    [GeneratedRegex(@"\b(?<module>\w+)!?\.outputs\.(?<output>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UsedOutput();

    [GeneratedRegex(@"(?m)^param (?<name>\w+) =", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Given();
}
