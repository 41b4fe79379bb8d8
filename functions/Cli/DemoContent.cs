using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FunctionsEval.Content;

namespace FunctionsEval.Cli;

/// <summary>
/// A week of made-up content for the demo: 40 stories that a paper, a forum and an account each tell in their way, and 80 pieces that
/// stand alone. The same in every run.
/// </summary>
internal static class DemoContent
{
    public const string TopicId = "6d2f6a1e-41c7-4e0b-9c53-0b8a7f2d9e11";
    public const string WindowStart = "2026-05-04T00:00:00Z";
    public const string WindowEnd = "2026-05-11T00:00:00Z";

    private static readonly (string Id, string Type, string Name)[] Sources =
    [
        ("harbour-post", "rss", "The Harbour Post"), ("valley-weekly", "rss", "Valley Weekly"), ("tinkerers", "forum", "Tinkerers' Forum"),
        ("neighbours", "forum", "Neighbours Board"), ("short-notes", "x_posts", "Short notes"),
    ];

    private static readonly string[] Places = ["Northport", "Lindau Mills", "Osterby", "Kestrel Bay", "Marlow Green", "Tarn Valley", "Fairhaven", "Old Quay"];

    // What happened, and the one fact that makes it worth telling.
    private static readonly (string What, string Fact)[] Stories =
    [
        ("opens a battery store the size of a bus depot", "It holds enough to light the town for three hours and cost less than the gas plant it replaces"),
        ("puts its night buses on demand", "Riders wait nine minutes on average, five fewer than before, with a third of the buses"),
        ("brings back the ferry after eleven years", "The hull is second-hand, the engine electric, and the first week was sold out"),
        ("counts more swifts than in any year since 1998", "Volunteers hung 600 nesting boxes, and two in three were taken"),
        ("closes its last coal heater", "The district network now takes its heat from a data centre and a brewery"),
        ("lets the river flood a meadow on purpose", "The gauge downstream stayed 40 centimetres lower in the April storm"),
        ("prints its own spare parts for trams", "A door hinge that took fourteen weeks to arrive is now made overnight"),
        ("tests school lunches without a menu", "Children choose from five bowls, and waste fell by half in a month"),
        ("finds a leak that nobody had heard for years", "Microphones on forty hydrants pointed at one valve under the market square"),
        ("moves its library into the old post office", "Lending doubled in the first quarter, mostly tools and board games"),
    ];

    private static readonly string[] Subjects =
    [
        "a cargo bike for deliveries", "home-made air sensors", "a shared workshop", "rain barrels", "a repair café", "hedges instead of fences",
        "a four-day week at the bakery", "heat pumps in old houses", "quiet hours at the pool", "a chess club for beginners",
    ];

    private static readonly (string Title, string Body)[] Angles =
    [
        ("What I learnt from {0}", "After a year of {0} I kept the receipts and the diary. Half of what I expected was wrong; the table below has the months in which it paid off."),
        ("Is {0} worth it?", "Three people asked me about {0} this week. Short answer: for some, and the details matter more than the price."),
        ("{0}: numbers from our street", "Twelve households shared their figures on {0}. The spread is large, so do not trust a single story, ours included."),
        ("A plan for {0}", "The council wants comments on {0} by the end of the month. The draft is nine pages long and page six is the one to read."),
        ("Nothing new about {0}", "Another week, another post about {0}. We repeat what we said in March, for those who missed it."),
        ("{0}, without the hype", "I took {0} apart, literally where that was possible. Here is what is solid and what is marketing."),
        ("Looking for help with {0}", "Does anybody near the harbour have experience with {0}? I can offer cake and a drill."),
        ("The trouble with {0}", "Everyone likes {0} until the first winter. A list of seven faults, the worst of them first, and how we got round four."),
    ];

    public static Stream Open() => new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', Lines().Select(line => line.ToJsonString(ContentJson.Context.Options)))));

    private static IEnumerable<JsonObject> Lines()
    {
        var random = new Random(17);
        yield return new JsonObject { ["kind"] = "topic", ["id"] = TopicId, ["name"] = "Town life" };
        foreach (var (id, type, name) in Sources)
        {
            yield return new JsonObject { ["kind"] = "source", ["id"] = id, ["topicId"] = TopicId, ["type"] = type, ["name"] = name, ["fairnessByAccount"] = type == "x_posts" };
        }

        for (var story = 0; story < 4 * Stories.Length; story++)
        {
            var (what, fact) = Stories[story % Stories.Length];
            var place = Places[((story * 3) + (story / Stories.Length)) % Places.Length];
            var hour = random.Next(0, 160);
            (string Source, string Title, string Body)[] told =
            [
                (Sources[story % 2].Id, $"{place} {what}", $"{place} {what}. {fact}, the works manager told this paper on Tuesday. The council will look at the first figures in June."),
                (Sources[2 + (story % 2)].Id, $"Has anyone been? {place} {what}", $"I went to see it. {fact}, if the poster at the door is right. Photos are in the second post; ask me anything."),
                ("short-notes", "", $"{place} {what}. {fact}. Small step, good step."),
            ];
            foreach (var (index, (source, title, body)) in told.Index())
            {
                yield return Item($"story-{story:D2}-{index}", source, title, body, hour + index, random, $"story-{story:D2}");
            }
        }

        for (var single = 0; single < Subjects.Length * Angles.Length; single++)
        {
            var subject = Subjects[single % Subjects.Length];
            var (title, body) = Angles[single / Subjects.Length];
            yield return Item($"single-{single:D2}", Sources[random.Next(4)].Id, Told(title, subject), Told(body, subject), random.Next(0, 167), random, cluster: null);
        }
    }

    private static JsonObject Item(string id, string source, string title, string body, int hour, Random random, string? cluster)
    {
        var item = new JsonObject
        {
            ["kind"] = "item",
            ["id"] = id,
            ["sourceId"] = source,
            ["body"] = body,
            ["publishedAt"] = DateTimeOffset.Parse(WindowStart, CultureInfo.InvariantCulture).AddHours(hour).ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture),
            ["author"] = $"writer-{random.Next(12)}",
            ["metadata"] = new JsonObject { ["score"] = random.Next(0, 400), ["comments"] = random.Next(0, 60) },
        };
        if (title.Length > 0)
        {
            item["title"] = title;
            item["url"] = $"https://example.org/{source}/{id}";
        }

        if (cluster is not null)
        {
            item["clusterId"] = cluster;
        }

        return item;
    }

    private static string Told(string template, string subject)
    {
        var text = template.Replace("{0}", subject, StringComparison.Ordinal);
        return char.ToUpperInvariant(text[0]) + text[1..];
    }
}
