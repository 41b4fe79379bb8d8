using System.Runtime.CompilerServices;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests;

public sealed class Settings_sample
{
    [Fact]
    public void The_sample_lists_every_variable_that_the_program_reads_and_no_other()
    {
        var read = new SortedSet<string>(StringComparer.Ordinal);
        string? Record(string name)
        {
            read.Add(name);
            return null;
        }

        // FUNCTIONS_WORKER_RUNTIME is for the Functions host.
        new Settings(Record).Providers(runBaseUrl: null);

        Assert.Equal(read, KnownSetting.All.Select(setting => setting.Variable).Order(StringComparer.Ordinal));
        using var sample = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository(), "local.settings.sample.json")));
        var listed = sample.RootElement.GetProperty("Values").EnumerateObject().Select(value => value.Name);
        Assert.Equal(read.Append("FUNCTIONS_WORKER_RUNTIME").Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../.."));
}
