namespace FunctionsEval.Content;

/// <summary>What somebody follows. Part of stored content: add fields, never rename.</summary>
public sealed record Topic(string TopicId, string Name);

/// <summary>Where items of a topic come from.</summary>
/// <param name="Type">Such as rss, forum, x_posts: the first stratum of fair sampling.</param>
/// <param name="Enabled">Items of a source that is not enabled are no candidates.</param>
/// <param name="FairnessByAccount">Each author counts as a voice of its own.</param>
public sealed record Source(string SourceId, string TopicId, string Type, string Name, bool Enabled = true, bool FairnessByAccount = false);
