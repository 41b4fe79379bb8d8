using System.Globalization;
using FunctionsEval.Statistics;

namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>Artefacts that did not pass a check, until a better one is posted, or for a week.</summary>
internal sealed class FailedCheck : IReviewRule
{
    private static readonly Dictionary<string, string> Actions = new(StringComparer.Ordinal)
    {
        ["SPEC_TEMPLATE"] = "Add the sections.",
        ["SPEC_UNTESTABLE"] = "Say what a test would see.",
        ["CHANGES_DRIFT"] = "Take the files into the specification, or out of the change.",
        ["CHANGES_MISSING"] = "Finish the change, or take the files out of the specification.",
        ["CHANGES_WITHOUT_SPEC"] = "Post the specification, and name its task in spec_task.",
        ["TESTS_FAILED"] = "Mend what the tests found.",
        ["COVERAGE_LOW"] = "Test what no test runs.",
        ["REVIEW_INCONSISTENT"] = "Review again.",
        ["REVIEW_WITHOUT_DECISION"] = "Write down why it was decided so.",
    };

    public IEnumerable<Observation> Look(PipelineState state) =>
        from review in state.Artefacts
        from check in review.Checks
        where !check.Passed
        select new Observation(check.Check, Severity.Medium, review.TaskId, check.Message, Actions[check.Check], [review.TaskId]);
}

/// <summary>Tests that pass and fail on one and the same commit.</summary>
internal sealed class FlakyTest : IReviewRule
{
    public const string Id = "FLAKY_TEST";

    private static readonly TimeSpan Recent = TimeSpan.FromDays(14);

    public IEnumerable<Observation> Look(PipelineState state)
    {
        foreach (var test in state.Tests)
        {
            var mixed = test.Outcomes.Where(outcome => state.Now - outcome.At <= Recent).GroupBy(outcome => outcome.Commit, StringComparer.Ordinal)
                .Where(commit => commit.Any(outcome => outcome.Passed) && commit.Any(outcome => !outcome.Passed)).ToList();
            if (mixed.Count == 0)
            {
                continue;
            }

            var (runs, failed) = (mixed.Sum(commit => commit.Count()), mixed.Sum(commit => commit.Count(outcome => !outcome.Passed)));
            var share = WilsonInterval.OfProportion(failed, runs, 0.95)!;
            yield return new Observation(
                Id, Severity.Medium, test.Name,
                string.Create(CultureInfo.InvariantCulture, $"The test both passed and failed on {mixed.Count} commits within two weeks: it failed in {failed} of {runs} runs of them (95% interval {100 * share.Lower:F0}% to {100 * share.Upper:F0}%)."),
                "Take the chance out of it, or set it aside.", [.. mixed.Select(commit => commit.Key).Take(10)]);
        }
    }
}
