using System.Globalization;
using FunctionsEval.Agents.Thresholds;

namespace FunctionsEval.Agents.Artefacts;

/// <summary>Checks an artefact by its kind, and keeps what came of it.</summary>
public sealed class CheckArtefact(ArtefactStore store, AgentThresholds thresholds, TimeProvider clock)
{
    private const int MaxNamed = 5;

    /// <exception cref="ArtefactException">The content is not of its kind; nothing is stored.</exception>
    public async Task<ArtefactReview> CheckAsync(ArtefactRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        IReadOnlyList<string>? files = null;
        IReadOnlyList<ArtefactCheck> checks;
        switch (request.Kind)
        {
            case ArtefactKind.Spec:
                (checks, files) = SpecChecks.Of(request.Content);
                break;
            case ArtefactKind.Review:
                checks = ReviewChecks.Of(request.Content);
                break;
            case ArtefactKind.Coverage:
                checks = [CoverageOf(TestReports.ReadCobertura(request.Content))];
                break;
            case ArtefactKind.Changes:
                var spec = request.SpecTask is null ? null : await store.FindAsync(ArtefactKind.Spec, request.SpecTask, cancellationToken);
                checks = ChangesOf(TestReports.ReadNameStatus(request.Content), spec?.Files);
                break;
            default:
                var tests = TestReports.ReadJUnit(request.Content);
                var counted = tests.Where(test => !IsHoldout(test.Key)).ToDictionary(StringComparer.Ordinal);
                await store.AddOutcomesAsync(counted, request.Commit!, now, cancellationToken);
                checks = [TestsOf(counted, excluded: tests.Count - counted.Count)];
                break;
        }

        var review = new ArtefactReview(request.TaskId, request.Kind, now, checks.All(check => check.Passed), checks, files);
        await store.SaveAsync(review, cancellationToken);
        return review;
    }

    /// <summary>Tests that agents may not see count neither for nor against them.</summary>
    private bool IsHoldout(string test) => test.Contains(thresholds.Testing.Holdout, StringComparison.OrdinalIgnoreCase);

    private ArtefactCheck CoverageOf(double rate) => new(
        "COVERAGE_LOW", rate >= thresholds.Testing.MinCoverage,
        string.Create(CultureInfo.InvariantCulture, $"Tests run {100 * rate:F1}% of the lines; at least {100 * thresholds.Testing.MinCoverage:F0}% are asked for."));

    private static ArtefactCheck TestsOf(Dictionary<string, bool> tests, int excluded)
    {
        var failed = tests.Where(test => !test.Value).Select(test => test.Key).Order(StringComparer.Ordinal).ToList();
        var left = excluded > 0 ? string.Create(CultureInfo.InvariantCulture, $" {excluded} holdout tests are left out.") : "";
        return new ArtefactCheck(
            "TESTS_FAILED", tests.Count > 0 && failed.Count == 0,
            tests.Count == 0 ? $"No test ran.{left}"
            : failed.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"All {tests.Count} tests passed.{left}")
            : string.Create(CultureInfo.InvariantCulture, $"{failed.Count} of {tests.Count} tests failed: {string.Join(", ", failed.Take(MaxNamed))}.{left}"));
    }

    private static ArtefactCheck[] ChangesOf(IReadOnlyList<string> changed, IReadOnlyList<string>? listed)
    {
        if (listed is null or { Count: 0 })
        {
            return [new ArtefactCheck("CHANGES_WITHOUT_SPEC", false, "There is no specification with a list of files to compare with.")];
        }

        string[] drift = [.. changed.Where(path => !listed.Any(known => IsSame(known, path)))];
        string[] missing = [.. listed.Where(known => !changed.Any(path => IsSame(known, path)))];
        return
        [
            new("CHANGES_DRIFT", drift.Length == 0, drift.Length == 0 ? "Only listed files changed." : $"{drift.Length} files changed that the specification does not list: {string.Join(", ", drift.Take(MaxNamed))}."),
            new("CHANGES_MISSING", missing.Length == 0, missing.Length == 0 ? "All listed files changed." : $"{missing.Length} listed files did not change: {string.Join(", ", missing.Take(MaxNamed))}."),
        ];
    }

    // A specification may list a folder.
    private static bool IsSame(string listed, string path) => path == listed || path.StartsWith($"{listed.TrimEnd('/')}/", StringComparison.Ordinal);
}
