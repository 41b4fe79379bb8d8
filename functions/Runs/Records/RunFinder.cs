namespace FunctionsEval.Runs.Records;

public abstract record RunReference
{
    private RunReference()
    {
    }

    public sealed record Found(RunRecord Run) : RunReference;

    /// <param name="Message">Which run is missing, and what would name one.</param>
    public sealed record NotFound(string Message) : RunReference;
}

/// <summary>Finds the run that people mean by its id, by as many of its first characters as tell it from others, or by <c>latest</c>.</summary>
public sealed class RunFinder(RunStore runs)
{
    public const string Latest = "latest";

    private const int Shown = 3;

    public async Task<RunReference> FindAsync(string reference, CancellationToken cancellationToken)
    {
        if (reference == Latest)
        {
            return await FirstAsync(_ => true, cancellationToken) is { } newest ? new RunReference.Found(newest) : new RunReference.NotFound("there is no run in this store.");
        }

        // An id that is whole names its run, whatever begins with it.
        if (reference.Length > 0 && await runs.FindAsync(reference, cancellationToken) is { } exact)
        {
            return new RunReference.Found(exact);
        }

        var matches = new List<RunRecord>();
        if (reference.Length > 0)
        {
            await foreach (var run in runs.FromAsync(reference, pageSize: Shown + 1, cancellationToken))
            {
                if (!run.RunId.StartsWith(reference, StringComparison.Ordinal) || matches.Count > Shown)
                {
                    break;
                }

                matches.Add(run);
            }
        }

        return matches switch
        {
            [] => new RunReference.NotFound($"run '{reference}' does not exist in this store. 'functionseval runs' lists those that do."),
            [var only] => new RunReference.Found(only),
            _ => new RunReference.NotFound(
                $"'{reference}' is the start of several runs: {string.Join(", ", matches.Take(Shown).Select(run => run.RunId))}{(matches.Count > Shown ? " and more" : "")}: give more of it."),
        };
    }

    /// <summary>The newest run that fits.</summary>
    public async Task<RunRecord?> FirstAsync(Func<RunRecord, bool> fits, CancellationToken cancellationToken)
    {
        await foreach (var run in runs.FromAsync(null, pageSize: 20, cancellationToken))
        {
            if (fits(run))
            {
                return run;
            }
        }

        return null;
    }
}
