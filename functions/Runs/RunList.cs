using FunctionsEval.Http;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs;

/// <summary>Which runs are wanted; null means all.</summary>
/// <param name="Kind">multi_sample, abtest or digest.</param>
/// <param name="Name">A part of the name, case aside.</param>
public sealed record RunFilter(RunStatus? Status = null, string? Tag = null, string? Name = null, string? Kind = null)
{
    public bool Takes(RunRecord run) =>
        (Status is null || run.Status == Status)
        && (Tag is null || run.Tags?.Contains(Tag, StringComparer.OrdinalIgnoreCase) == true)
        && (Name is null || run.Name.Contains(Name, StringComparison.OrdinalIgnoreCase))
        && (Kind is null || run.Kind == Kind);

    /// <summary>The filter that a request asks for, or what is wrong with it.</summary>
    internal static (RunFilter Filter, FieldError? Error) Of(string? status, string? tag, string? name, string? kind)
    {
        string[] kinds = [RunRecord.MultiSample, RunRecord.AbTest, RunRecord.Digest];
        var known = Enum.GetValues<RunStatus>().ToDictionary(JsonRules.Name, StringComparer.Ordinal);
        var error = status is not null && !known.ContainsKey(status) ? OneOf("status", known.Keys, status)
            : kind is not null && !kinds.Contains(kind) ? OneOf("kind", kinds, kind)
            : null;
        return (new RunFilter(error is null && status is not null ? known[status] : null, tag, name, kind), error);
    }

    private static FieldError OneOf(string field, IEnumerable<string> known, string value) =>
        new(field, $"{field} must be one of {string.Join(", ", known)}, but is '{Excerpt.Of(value)}'.");
}

/// <summary>Lists runs, newest first, with their progress.</summary>
public sealed class RunList(RunStore runs, CellLedger cells)
{
    /// <summary>A filter that finds little looks at so many runs and gives the place to go on from.</summary>
    private const int MostLookedAt = 10_000;

    /// <summary>A page may be short though more follow; only a null token ends the list. A token is the id of the next run.</summary>
    public async Task<RunPage> PageAsync(RunFilter filter, int pageSize, string? continuationToken, CancellationToken cancellationToken)
    {
        if (continuationToken is not null && !RunId.IsValid(continuationToken))
        {
            throw new ContinuationTokenException(continuationToken);
        }

        var (found, next, lookedAt) = (new List<RunRecord>(), (string?)null, 0);
        await foreach (var run in runs.FromAsync(continuationToken, Math.Min(pageSize + 1, Paging.MaxPageSize), cancellationToken))
        {
            var isTaken = filter.Takes(run);
            if (lookedAt == MostLookedAt || (isTaken && found.Count == pageSize))
            {
                next = run.RunId;
                break;
            }

            lookedAt++;
            if (isTaken)
            {
                found.Add(run);
            }
        }

        var counts = await cells.CountAsync(found, cancellationToken);
        return new RunPage([.. found.Zip(counts, RunView.Of)], next);
    }
}
