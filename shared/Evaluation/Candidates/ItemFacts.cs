namespace FunctionsEval.Evaluation.Candidates;

/// <summary>What selection needs to know of a content item; its text stays in the store until the item is chosen.</summary>
/// <param name="FairnessId">The source, or the account within it: what fair sampling counts as one voice.</param>
/// <param name="At">When it was published, or else fetched.</param>
/// <param name="Engagement">The larger of the counts that sources give: score, likes, ups.</param>
public sealed record ItemFacts(
    string ItemId,
    string SourceType,
    string SourceId,
    string FairnessId,
    DateTimeOffset At,
    string? ClusterId = null,
    bool HasTitle = true,
    bool HasUrl = true,
    int BodyLength = 0,
    string? Author = null,
    double Engagement = 0,
    double Comments = 0);
