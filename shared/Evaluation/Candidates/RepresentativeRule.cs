namespace FunctionsEval.Evaluation.Candidates;

/// <summary>
/// Which item speaks for its cluster: one with a title, then one that links to an article (posts of accounts do not), then the
/// longest text, any link, the newest, and at last the smallest id.
/// </summary>
public static class RepresentativeRule
{
    private const string Posts = "x_posts";

    public static IComparer<ItemFacts> BestFirst { get; } = Comparer<ItemFacts>.Create(Compare);

    private static int Compare(ItemFacts a, ItemFacts b) =>
        b.HasTitle.CompareTo(a.HasTitle) is not 0 and var title ? title
        : IsArticle(b).CompareTo(IsArticle(a)) is not 0 and var article ? article
        : b.BodyLength.CompareTo(a.BodyLength) is not 0 and var length ? length
        : b.HasUrl.CompareTo(a.HasUrl) is not 0 and var url ? url
        : b.At.CompareTo(a.At) is not 0 and var at ? at
        : string.CompareOrdinal(a.ItemId, b.ItemId);

    private static bool IsArticle(ItemFacts item) => item.HasUrl && item.SourceType != Posts;
}
