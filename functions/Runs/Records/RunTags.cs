using System.Text.RegularExpressions;
using FunctionsEval.Http;

namespace FunctionsEval.Runs.Records;

/// <summary>Words that people put on runs to find them again, such as <c>nightly</c> or <c>release/2.1</c>.</summary>
public sealed partial class RunTags(RunStore runs)
{
    private const int MaxTags = 20;

    /// <summary>Replaces the tags of a run; null when there is no such run.</summary>
    /// <param name="change">Gives the new tags for the old ones.</param>
    public Task<RunRecord?> ChangeAsync(string runId, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, CancellationToken cancellationToken) =>
        runs.ChangeAsync(runId, run => run with { Tags = change(run.Tags ?? []) }, cancellationToken);

    internal static IReadOnlyList<string> Distinct(IEnumerable<string> tags) => [.. tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    internal static FieldError? Error(IReadOnlyList<string> tags) =>
        tags.Count > MaxTags ? new FieldError("tags", $"tags may be {MaxTags} at most, but are {tags.Count}.")
        : tags.FirstOrDefault(tag => !Tag().IsMatch(tag)) is { } wrong
            ? new FieldError("tags", $"tags must be 1 to 50 letters, digits and . _ / : = -, beginning with a letter or digit, but one is '{Excerpt.Of(wrong)}'.")
            : null;

    [GeneratedRegex(@"^[\p{L}\p{N}][\p{L}\p{N}._/:=\-]{0,49}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tag();
}
