namespace FunctionsEval.Content;

internal static class TopicIds
{
    /// <summary>UUIDs compare without regard to case; keys do not.</summary>
    public static string Normal(string topicId) => Guid.TryParseExact(topicId, "D", out var id) ? id.ToString("D") : topicId;
}
