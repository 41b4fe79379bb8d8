using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.Providers.Calls;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Functions.Tests.Infrastructure;

/// <summary>The queries of alerts and workbook ask for what the program and the host really write.</summary>
[Collection(typeof(Compiled_infrastructure))]
public sealed partial class Watching_the_cloud(CompiledInfrastructure infra)
{
    /// <summary>
    /// The tables that the host, our exporter and the storage account write to, with the columns that queries use, as
    /// https://learn.microsoft.com/azure/azure-monitor/reference/tables lists them.
    /// </summary>
    private static readonly Dictionary<string, string[]> Tables = new(StringComparer.Ordinal)
    {
        ["AppTraces"] = ["TimeGenerated", "Message", "Properties"],
        ["AppRequests"] = ["TimeGenerated", "Name", "DurationMs", "ItemCount", "ResultCode", "Success"],
        ["AppDependencies"] = ["TimeGenerated", "Name", "DurationMs", "Properties"],
        ["AppMetrics"] = ["TimeGenerated", "Name", "Sum", "ItemCount", "Properties"],
        ["StorageQueueLogs"] = ["TimeGenerated", "OperationName", "StatusText", "Uri"],
    };

    private IEnumerable<string> Alerts => infra.OfType("Microsoft.Insights/scheduledQueryRules")
        .Select(alert => alert.GetProperty("properties").GetProperty("criteria").GetProperty("allOf")[0].GetProperty("query").GetString()!);

    private IEnumerable<string> Panels
    {
        get
        {
            var workbook = Assert.Single(infra.OfType("Microsoft.Insights/workbooks")).GetProperty("properties").GetProperty("serializedData").GetString()!;
            using var json = JsonDocument.Parse(workbook);
            return [.. json.RootElement.GetProperty("items").EnumerateArray()
                .Where(item => item.GetProperty("type").GetInt32() == 3)
                .Select(item => item.GetProperty("content").GetProperty("query").GetString()!)];
        }
    }

    [Fact]
    public void Queries_read_columns_that_exist() => Assert.All(Alerts.Concat(Panels), query =>
    {
        var (table, steps) = query.Split('\n', 2) is [var first, var rest] ? (first.Trim(), rest) : (query, "");
        var known = Tables[table].Concat(Named(Computed(), query)).ToHashSet(StringComparer.Ordinal);

        Assert.All(Named(Column(), Text().Replace(steps, "")), column => Assert.Contains(column, known));
    });

    [Fact]
    public void Queries_of_logs_name_a_class_that_logs_and_placeholders_of_its_messages()
    {
        var queries = Alerts.Concat(Panels).Where(query => query.StartsWith("AppTraces", StringComparison.Ordinal)).ToList();

        Assert.Equal(5, queries.Count);
        Assert.All(queries, query =>
        {
            var placeholders = PlaceholdersOf(Assert.Single(Named(Category(), query)));
            Assert.All(Named(LogField(), query).Where(field => field != "CategoryName"), field => Assert.Contains(field, placeholders));
            Assert.All(Named(Status(), query), status => Assert.Contains(status, Enum.GetNames<RunStatus>()));
        });
    }

    [Fact]
    public void Queries_of_metrics_and_spans_name_those_that_the_program_records()
    {
        var instruments = Instruments();
        var source = string.Concat(Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "functions"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        Assert.All(Alerts.Concat(Panels), query => Assert.All(Named(Recorded(), query), name =>
        {
            if (query.StartsWith("AppMetrics", StringComparison.Ordinal))
            {
                Assert.Contains(name, instruments);
            }
            else
            {
                Assert.Contains($"\"{name}\"", source, StringComparison.Ordinal);
            }
        }));
    }

    [Fact]
    public void Every_query_file_is_an_alert_and_the_limit_of_tokens_reaches_its_query()
    {
        Assert.Equal(Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "infra", "queries")).Count(), Alerts.Count());
        Assert.Contains(Alerts, query => query.Contains($"/{PipelineJob.QueueName}-poison/", StringComparison.Ordinal));
        Assert.Contains(Alerts, query => query.Contains("Tokens > 10000000", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Named(Regex pattern, string query) => pattern.Matches(query).Select(match => match.Groups["name"].Value);

    private static HashSet<string> PlaceholdersOf(string className)
    {
        var type = Assert.Single(Assembly.Load("functionseval").GetTypes(), type => type.Name == className);
        return [.. type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .SelectMany(message => Named(Placeholder(), message?.Message ?? ""))];
    }

    private static HashSet<string> Instruments()
    {
        RuntimeHelpers.RunClassConstructor(typeof(RunTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(ModelTelemetry).TypeHandle);
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => names.Add(instrument.Name) };
        listener.Start();
        return names;
    }

    [GeneratedRegex("\\bName == \"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Recorded();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.None, 1000)]
    private static partial Regex Text();

    // Functions and operators of the query language are lower case, columns are not; what follows a dot is a field inside a column.
    [GeneratedRegex(@"(?<![.\w])(?<name>[A-Z]\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Column();

    [GeneratedRegex(@"\b(?<name>\w+) = ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Computed();

    [GeneratedRegex("Properties\\.CategoryName\\) endswith \"\\.(?<name>\\w+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Category();

    [GeneratedRegex(@"Properties\.(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LogField();

    [GeneratedRegex("Properties\\.Status\\) == \"(?<name>\\w+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Status();

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}
