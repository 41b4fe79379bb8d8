using System.Net;
using FunctionsEval.Content;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;

namespace FunctionsEval.Functions.Tests.Content;

public sealed class Importing_content
{
    private static readonly TimeWindow May = new(
        new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_a_file_holds_is_found_again()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();

        var report = await services.ImportAsync(ContentFiles.Of(30) + """{"kind": "cluster", "id": "c1", "members": ["i0003", "i0007"]}""");

        Assert.Equal((34, 1, 2, 30, 1, 0), (report.Lines, report.Topics, report.Sources, report.Items, report.Clusters, report.Refused));
        Assert.Equal("Energy", (await services.Content.FindTopicAsync(ContentFiles.TopicId, Cancel))!.Name);
        var item = (await services.Content.FindItemAsync("i0007", Cancel))!;
        Assert.Equal(("Title 7", "Body 7", "c1", "forum"), (item.Title, item.BodyText, item.ClusterId, item.Sources[0].SourceId));
        Assert.Equal(["i0003", "i0007"], (await services.Content.MembersAsync("c1", 10, null, Cancel)).ItemIds);
        Assert.Equal(30, (await TimelineAsync(services)).Count);
    }

    [Fact]
    public async Task Importing_a_file_again_changes_nothing()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();
        var file = ContentFiles.Of(30) + """{"kind": "cluster", "id": "c1", "members": ["i0003", "i0007"]}""";
        await services.ImportAsync(file);
        var before = await TimelineAsync(services);

        var report = await services.ImportAsync(file);

        Assert.Equal((0, 30), (report.Items, report.Unchanged));
        Assert.Equal(before.Select(entry => (entry.ItemId, entry.ClusterId)), (await TimelineAsync(services)).Select(entry => (entry.ItemId, entry.ClusterId)));
    }

    [Fact]
    public async Task A_changed_item_leaves_its_old_place_and_cluster()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();
        await services.ImportAsync(ContentFiles.Of(3) + """{"kind": "cluster", "id": "old", "members": ["i0001"]}""");

        await services.ImportAsync("""{"kind": "item", "id": "i0001", "sourceId": "blog", "title": "New", "publishedAt": "2026-05-20", "clusterId": "new"}""");

        var entry = Assert.Single(await TimelineAsync(services), entry => entry.ItemId == "i0001");
        Assert.Equal((20, "new", "blog"), (entry.At.Day, entry.ClusterId, entry.Sources[0].SourceId));
        Assert.Empty((await services.Content.MembersAsync("old", 10, null, Cancel)).ItemIds);
        Assert.Equal(["i0001"], (await services.Content.MembersAsync("new", 10, null, Cancel)).ItemIds);
    }

    [Fact]
    public async Task Deleted_items_and_duplicates_are_kept_but_are_in_no_timeline()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();
        await services.ImportAsync(ContentFiles.Of(3));

        await services.ImportAsync("""
            {"kind": "item", "id": "i0001", "sourceId": "forum", "publishedAt": "2026-05-04T01:00:00Z", "deleted": true}
            {"kind": "item", "id": "i0002", "sourceId": "blog", "publishedAt": "2026-05-04T02:00:00Z", "duplicateOf": "i0000"}
            """);

        Assert.Equal(["i0000"], (await TimelineAsync(services)).Select(entry => entry.ItemId));
        Assert.True((await services.Content.FindItemAsync("i0001", Cancel))!.Deleted);
    }

    public static TheoryData<string, string, string> BadLines() => new()
    {
        { "{", "line", "The line is not JSON" },
        { "[1]", "line", "A line must be one JSON object." },
        { """{"id": "x"}""", "kind", "kind is required." },
        { """{"kind": "post", "id": "x"}""", "kind", "kind must be topic, source, item or cluster, but is 'post'." },
        { """{"kind": "topic", "id": "x", "name": "n"}""", "id", "id of a topic must be a UUID, but is 'x'." },
        { """{"kind": "topic", "id": "3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90", "name": " "}""", "name", "name must not be blank." },
        { """{"kind": "source", "id": "s", "topicId": "00000000-0000-0000-0000-000000000000", "type": "rss"}""", "topicId", "is not a topic; its line must come first." },
        { """{"kind": "source", "id": "s", "type": "rss"}""", "topicId", "topicId is required." },
        { """{"kind": "item", "id": "x", "sourceId": "nowhere", "publishedAt": "2026-05-04"}""", "sourceId", "sourceId 'nowhere' is not a source; its line must come first." },
        { """{"kind": "item", "id": "x", "sourceId": "blog"}""", "publishedAt", "publishedAt or fetchedAt is required" },
        { """{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": "yesterday"}""", "publishedAt", "publishedAt must be a time such as 2026-05-04T12:00:00Z, but is \"yesterday\"." },
        { """{"kind": "item", "id": "x", "publishedAt": "2026-05-04"}""", "sourceId", "Give either sourceId, or sources" },
        { """{"kind": "item", "id": "", "sourceId": "blog", "publishedAt": "2026-05-04"}""", "id", "id must not be blank." },
        { """{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": "2026-05-04", "titel": "x"}""", "titel", "titel is unknown; known here: kind, id," },
        { """{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": "2026-05-04", "embedding": [0, 0]}""", "embedding", "embedding must not be all zeros" },
        { """{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": "2026-05-04", "embedding": [1, "a"]}""", "embedding", "embedding must hold finite numbers, but entry 1 is \"a\"." },
        { """{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": "2026-05-04", "metadata": {"score": "9"}}""", "score", "score must be a number of at most 1e15, but is \"9\"." },
        { """{"kind": "cluster", "id": "c", "members": ["nobody"]}""", "members", "members names 'nobody', which is not an item" },
        { """{"kind": "cluster", "id": "c"}""", "members", "members is required" },
        { """{"kind": "item", "id": "\ud800", "sourceId": "blog", "publishedAt": "2026-05-04"}""", "id", "id must be Unicode text, but holds half of a surrogate pair." },
        { """{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": "\udc00"}""", "publishedAt", "half of a surrogate pair" },
        { """{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": "2026-05-04", "\ud800": 1}""", "\\ud800", "half of a surrogate pair" },
        { """{"kind": "item", "id": "x", "sources": [{"id": "\ud800\ud800"}], "publishedAt": "2026-05-04"}""", "sources[0].id", "half of a surrogate pair" },
        { """{"kind": "cluster", "id": "c", "members": ["a", "\ud83d"]}""", "members[1]", "half of a surrogate pair" },
        { """{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": "2026-05-04", "metadata": {"\udfff": 1}}""", "metadata.\\udfff", "half of a surrogate pair" },
        { """{"kind": "item", "id": "x", "id": "y", "sourceId": "blog", "publishedAt": "2026-05-04"}""", "id", "id must be given once, but is given twice." },
        { $$"""{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": {{new string('[', 80)}}{{new string(']', 80)}}}""", "line", "it is nested deeper than 64 levels." },
        { """{"kind": "item", "id": "x", "sourceId": "blog", "publishedAt": "2026-05-04", "metadata": {"score": 1e400}}""", "score", "score must be a number of at most 1e15, but is 1e400." },
    };

    [Theory]
    [MemberData(nameof(BadLines))]
    public async Task A_bad_line_is_reported_with_its_number_and_the_others_are_stored(string line, string field, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();

        var report = await services.ImportAsync(ContentFiles.Head + line + "\n" + ContentFiles.Item(1));

        var error = Assert.Single(report.Errors);
        Assert.Equal((4, field), (error.Line, error.Field));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (report.Refused, report.Items));
    }

    [Fact]
    public async Task A_line_without_end_is_left_out_and_the_next_one_is_read()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();
        var endless = new string('x', 3 * JsonLines.MaxLineBytes);

        var report = await services.ImportAsync(ContentFiles.Head + endless + "\n" + ContentFiles.Item(1));

        Assert.Equal((5, 1, 1), (report.Lines, report.Refused, report.Items));
        Assert.Equal((4, "line"), (report.Errors[0].Line, report.Errors[0].Field));
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_first_line()
    {
        const string Mark = "\uFEFF";
        await using var host = await ServerHost.StartAsync();
        await using var bench = await Workbench.CreateAsync();

        var sent = await host.PostAsync("/api/content/import", Mark + ContentFiles.Of(2), "application/x-ndjson");
        var read = await bench.CommandAsync(["import", bench.Write("marked.jsonl", Mark + ContentFiles.Of(2)), "--data", bench.Data, "--json"], Cancel);
        var blank = await bench.CommandAsync(["import", bench.Write("blank.jsonl", Mark + "\n" + Mark), "--data", bench.Data], Cancel);

        Assert.True(sent.Status == HttpStatusCode.OK, sent.Text);
        Assert.True(read.ExitCode == 0, read.Error);
        Assert.Equal((5, 1, 2), (read.Json.GetProperty("lines").GetInt32(), read.Json.GetProperty("topics").GetInt32(), read.Json.GetProperty("items").GetInt32()));

        // Only the first line may begin with one.
        Assert.Contains("blank.jsonl:2: The line is not JSON", blank.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_items_than_a_batch_holds_are_all_stored()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();

        var report = await services.ImportAsync(ContentFiles.Of(2_500));

        Assert.Equal(2_500, report.Items);
        Assert.Equal(2_500, (await TimelineAsync(services)).Select(entry => entry.ItemId).Distinct().Count());
    }

    [Fact]
    public async Task Items_with_vectors_find_their_cluster_and_keep_it()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();
        static string Item(string id, string vector, string day = "04") =>
            $$"""{"kind": "item", "id": "{{id}}", "sourceId": "blog", "publishedAt": "2026-05-{{day}}", "embedding": {{vector}}}""" + "\n";
        var file = ContentFiles.Head + Item("a", "[1, 0, 0]") + Item("b", "[0.95, 0.1, 0]") + Item("c", "[0, 1, 0]") + Item("late", "[1, 0, 0]", "20");

        await services.ImportAsync(file);
        var second = await services.ImportAsync(ContentFiles.Head + Item("d", "[0.9, 0.05, 0]", "05"));
        var again = await services.ImportAsync(file);

        var clusters = (await TimelineAsync(services)).ToDictionary(entry => entry.ItemId, entry => entry.ClusterId);
        Assert.Equal("auto-a", clusters["b"]);
        Assert.Equal("auto-a", clusters["d"]);
        Assert.Equal("auto-c", clusters["c"]);
        Assert.Equal("auto-late", clusters["late"]);
        Assert.Equal((1, 0), (second.Items, again.Items));
    }

    [Fact]
    public async Task Content_is_imported_and_read_over_http()
    {
        await using var host = await ServerHost.StartAsync();

        var good = await host.PostAsync("/api/content/import", ContentFiles.Of(5) + """{"kind": "cluster", "id": "c1", "members": ["i0003"]}""", "application/x-ndjson");
        var bad = await host.PostAsync("/api/content/import", "{}\n" + ContentFiles.Item(6), "application/x-ndjson");

        Assert.Equal((HttpStatusCode.OK, 5), (good.Status, good.Json.GetProperty("items").GetInt32()));
        bad.AssertProblem(HttpStatusCode.BadRequest, "1 of 2 lines were left out; 1 items of the others are stored.");
        Assert.Equal("kind is required.", bad.Json.GetProperty("errors").GetProperty("line 1")[0].GetString());
        Assert.Equal("Energy", (await host.GetAsync("/api/content/topics")).Json.GetProperty("topics")[0].GetProperty("name").GetString());
        Assert.Equal("Title 6", (await host.GetAsync("/api/content/items/i0006")).Json.GetProperty("title").GetString());
        Assert.Equal("i0003", (await host.GetAsync("/api/content/clusters/c1")).Json.GetProperty("members")[0].GetString());
        (await host.GetAsync("/api/content/clusters/none")).AssertProblem(HttpStatusCode.NotFound, "Cluster 'none' does not exist.");
        (await host.GetAsync("/api/content/items/none")).AssertProblem(HttpStatusCode.NotFound, "Item 'none' does not exist.");
    }

    [Fact]
    public async Task The_command_says_what_it_did_and_names_bad_lines()
    {
        await using var bench = await Workbench.CreateAsync();

        var good = await bench.CommandAsync(["import", bench.Write("good.jsonl", ContentFiles.Of(5)), "--data", bench.Data, "--json"], Cancel);
        var bad = await bench.CommandAsync(["import", bench.Write("bad.jsonl", ContentFiles.Item(1) + "nonsense"), "--data", bench.Data], Cancel);
        var missing = await bench.CommandAsync(["import", bench.Path("none.jsonl"), "--data", bench.Data], Cancel);

        Assert.Equal((0, 5), (good.ExitCode, good.Json.GetProperty("items").GetInt32()));
        Assert.Equal((1, 1), (bad.ExitCode, missing.ExitCode));
        Assert.Contains("bad.jsonl:2: The line is not JSON", bad.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", bad.Error, StringComparison.Ordinal);
        Assert.Contains(": 0 topics, 0 sources, 0 items, 1 unchanged, 0 clusters, 1 refused", bad.Output, StringComparison.Ordinal);
    }

    private static async Task<List<TimelineEntry>> TimelineAsync(LocalProgram services) =>
        await services.Content.TimelineAsync(ContentFiles.TopicId, May, Cancel).ToListAsync(Cancel);
}
