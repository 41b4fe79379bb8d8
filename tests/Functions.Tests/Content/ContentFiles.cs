using System.Text;
using FunctionsEval.Content;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;

namespace FunctionsEval.Functions.Tests.Content;

/// <summary>Small content files.</summary>
internal static class ContentFiles
{
    public const string TopicId = "3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90";

    public const string Head = $$"""
        {"kind": "topic", "id": "{{TopicId}}", "name": "Energy"}
        {"kind": "source", "id": "blog", "topicId": "{{TopicId}}", "type": "rss", "name": "A blog"}
        {"kind": "source", "id": "forum", "topicId": "{{TopicId}}", "type": "forum", "name": "A forum"}

        """;

    /// <summary>Items of an hour each, from midnight of 4 May 2026, taking turns between the two sources.</summary>
    public static string Of(int items) => Head + string.Concat(Enumerable.Range(0, items).Select(Item));

    public static string Item(int index) =>
        $$"""{"kind": "item", "id": "i{{index:D4}}", "sourceId": "{{(index % 2 == 0 ? "blog" : "forum")}}", "title": "Title {{index}}", "body": "Body {{index}}", "url": "https://example.org/{{index}}", "publishedAt": "2026-05-{{4 + (index / 24 % 20):D2}}T{{index % 24:D2}}:00:00Z"}""" + "\n";

    public static Stream Stream(string text) => new MemoryStream(Encoding.UTF8.GetBytes(text));

    public static Task<ImportReport> ImportAsync(this LocalProgram services, string text) =>
        services.ImportContent.RunAsync(Stream(text), TestContext.Current.CancellationToken);
}
