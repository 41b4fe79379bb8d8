using System.Runtime.CompilerServices;
using System.Text.Json;
using FunctionsEval.Hosting.AzureFunctions;
using FunctionsEval.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

/// <summary>function.json files and handlers are held to each other: what one has and the other lacks fails in Azure only.</summary>
public sealed class Binding_functions
{
    /// <summary>Functions of plain HTTP, which the host forwards as they came.</summary>
    private static readonly string[] Raw = ["Api", "Health", "Ui"];

    [Fact]
    public async Task Every_handler_has_its_folder_and_every_folder_its_handler()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();
        using var table = new FunctionTable(services, NullLoggerFactory.Instance);

        var handled = table.All.Select(function => $"{function.Name}: {function.Trigger} {function.Binding}{(function.HasClient ? " + durableClient client" : "")}");
        var bound = Folders().Where(folder => !Raw.Contains(folder.Name, StringComparer.Ordinal)).Select(folder =>
        {
            var bindings = folder.Json.GetProperty("bindings").EnumerateArray().ToList();
            return $"{folder.Name}: {string.Join(" + ", bindings.Select(binding => $"{binding.GetProperty("type")} {binding.GetProperty("name")}"))}";
        });

        Assert.Equal(handled.Order(StringComparer.Ordinal), bound.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Plain_http_functions_have_one_input_and_one_output_so_that_they_are_forwarded()
    {
        foreach (var (name, json) in Folders().Where(folder => Raw.Contains(folder.Name, StringComparer.Ordinal)))
        {
            var bindings = json.GetProperty("bindings").EnumerateArray().ToList();

            Assert.Equal(["httpTrigger in", "http out"], bindings.Select(binding => $"{binding.GetProperty("type")} {binding.GetProperty("direction")}"));
            Assert.Equal(name is "Health" or "Ui" ? "anonymous" : "function", bindings[0].GetProperty("authLevel").GetString());

            // The host refuses routes that begin like its own.
            Assert.DoesNotMatch("^/?(admin|runtime)", bindings[0].GetProperty("route").GetString());
        }
    }

    [Fact]
    public void Orchestrations_are_repeated_by_the_host_and_durable_triggers_stand_alone()
    {
        foreach (var (_, json) in Folders().Where(folder => TriggerOf(folder.Json) is "orchestrationTrigger" or "activityTrigger"))
        {
            Assert.Single(json.GetProperty("bindings").EnumerateArray());
            Assert.Equal(TriggerOf(json) == "orchestrationTrigger", json.TryGetProperty("retry", out var retry) && retry.GetProperty("maxRetryCount").GetInt32() > 0);
        }
    }

    [Fact]
    public void The_queue_of_the_trigger_is_the_queue_of_the_jobs()
    {
        var binding = Folders().Single(folder => folder.Name == PipelineQueue.Name).Json.GetProperty("bindings")[0];

        Assert.Equal(PipelineJob.QueueName, binding.GetProperty("queueName").GetString());
        Assert.Equal("AzureWebJobsStorage", binding.GetProperty("connection").GetString());
    }

    [Fact]
    public void The_host_file_names_the_program_keeps_routes_apart_and_leaves_extended_sessions_off()
    {
        var host = JsonElement.Parse(File.ReadAllText(Path.Combine(Repository(), "host.json")));
        var durable = host.GetProperty("extensions").GetProperty("durableTask");

        Assert.Equal("functionseval", host.GetProperty("customHandler").GetProperty("description").GetProperty("defaultExecutablePath").GetString());
        Assert.True(host.GetProperty("customHandler").GetProperty("enableForwardingHttpRequest").GetBoolean());
        Assert.Equal("api", host.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
        Assert.Equal("base64", host.GetProperty("extensions").GetProperty("queues").GetProperty("messageEncoding").GetString());
        Assert.False(durable.GetProperty("extendedSessionsEnabled").GetBoolean());
        Assert.Matches("^[A-Za-z][A-Za-z0-9]{2,44}$", durable.GetProperty("hubName").GetString());
    }

    private static string? TriggerOf(JsonElement function) => function.GetProperty("bindings")[0].GetProperty("type").GetString();

    private static IEnumerable<(string Name, JsonElement Json)> Folders() =>
        Directory.EnumerateDirectories(Path.Combine(Repository(), "functions", "Bindings")).Select(folder =>
        {
            // A second file would be taken for the function's script.
            Assert.Equal(["function.json"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName));
            return (Path.GetFileName(folder), JsonElement.Parse(File.ReadAllText(Path.Combine(folder, "function.json"))));
        });

    private static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));
}
