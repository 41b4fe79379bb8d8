using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.Providers;
using FunctionsEval.Runs;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Functions.Tests.Infrastructure;

/// <summary>Queries of alerts and workbook ask for what the program and the host really write.</summary>
public sealed partial class Watching_the_cloud
{
    /// <summary>
    /// What the Functions host, our exporter and the storage account write, with the columns that queries use, as
    /// https://learn.microsoft.com/azure/azure-monitor/reference/tables lists them.
    /// </summary>
    private static readonly Dictionary<string, string[]> Tables = new(StringComparer.Ordinal)
    {
        ["AppTraces"] = ["TimeGenerated", "Message"],
        ["AppRequests"] = ["TimeGenerated", "Name", "DurationMs", "ItemCount", "ResultCode", "Success"],
        ["AppMetrics"] = ["TimeGenerated", "Name", "Sum", "ItemCount", "Properties"],
        ["StorageQueueLogs"] = ["TimeGenerated", "OperationName", "StatusText", "Uri"],
    };

    public static TheoryData<string, string> Queries()
    {
        var queries = new TheoryData<string, string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(BicepFile.Folder, "queries")).Order(StringComparer.Ordinal))
        {
            queries.Add(Path.GetFileName(file), File.ReadAllText(file));
        }

        using var workbook = JsonDocument.Parse(File.ReadAllText(Path.Combine(BicepFile.Folder, "workbook.json")));
        foreach (var item in workbook.RootElement.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("type").GetInt32() == 3))
        {
            queries.Add(item.GetProperty("name").GetString()!, item.GetProperty("content").GetProperty("query").GetString()!);
        }

        return queries;
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_query_names_tables_metrics_functions_and_log_fields_that_exist(string name, string query)
    {
        var (table, steps) = query.Split('\n', 2) is [var first, var rest] ? (first.Trim(), rest) : (query, "");
        var columns = Tables[table].ToHashSet(StringComparer.Ordinal);
        columns.UnionWith(Quoted(Computed(), query));
        Assert.All(Quoted(Column(), Text().Replace(steps, "")), column => Assert.True(columns.Contains(column), $"{name}: there is no column {column}"));
        Assert.All(Quoted(Metric(), query), metric => Assert.Contains(metric, Metrics()));
        Assert.All(Quoted(Function(), query), function => Assert.True(Directory.Exists(Path.Combine(RepositoryFolder.Path, "functions", "Bindings", function)), $"{name}: {function}"));
        foreach (var category in Quoted(Category(), query))
        {
            var logged = FieldsOf(category);
            Assert.All(Quoted(LogField(), query), field => Assert.Contains(field, logged));
        }
    }

    [Fact]
    public void Each_alert_has_its_query_and_the_poison_queue_its_name()
    {
        var alerts = BicepFile.Read(Path.Combine(BicepFile.Folder, "modules", "alerts.bicep"));

        Assert.Equal(Directory.EnumerateFiles(Path.Combine(BicepFile.Folder, "queries")).Order(StringComparer.Ordinal), alerts.Loaded.Order(StringComparer.Ordinal));
        Assert.Contains($"/{PipelineJob.QueueName}-poison/", File.ReadAllText(Path.Combine(BicepFile.Folder, "queries", "poison-messages.kql")), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Quoted(Regex pattern, string query) => pattern.Matches(query).Select(match => match.Groups["name"].Value);

    private static HashSet<string> FieldsOf(string category)
    {
        var type = typeof(Settings).Assembly.GetType(category);
        Assert.True(type is not null, $"No class logs as {category}.");
        return [.. type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .SelectMany(message => Placeholder().Matches(message?.Message ?? "").Select(match => match.Groups["name"].Value))];
    }

    // The instruments are private to the class that records them; their names are constants in its source.
    private static string[] Metrics() =>
        [.. Instrument().Matches(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "shared", "Providers", $"{nameof(ModelTelemetry)}.cs"))).Select(match => match.Groups["name"].Value)];

    [GeneratedRegex("\\bName == \"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Metric();

    // A request is named after its function, or by the Durable extension's tracing after kind and function.
    [GeneratedRegex("Name in \\(\"(?<name>[A-Z]\\w+)\", \"activity:\\k<name>\"\\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Function();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.None, 1000)]
    private static partial Regex Text();

    // Functions and operators of the query language are lower case, columns of Azure's tables are not; what follows a dot is inside a value.
    [GeneratedRegex(@"(?<![.\w])(?<name>[A-Z]\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Column();

    [GeneratedRegex(@"\b(?<name>\w+) = ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Computed();

    [GeneratedRegex("Category\\) == \"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Category();

    [GeneratedRegex(@"line\.State\.(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LogField();

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex("\"(?<name>gen_ai\\.client\\.[a-z.]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Instrument();
}
