using FunctionsEval.Evaluation.Candidates;

namespace FunctionsEval.Evaluation.Tests.Candidates;

public sealed class Choosing_for_a_digest
{
    [Fact]
    public void Paid_calls_never_exceed_their_number_and_explore_before_they_go_to_the_best()
    {
        var random = new Random(3);
        for (var round = 0; round < 100; round++)
        {
            var pool = CandidatePool.Of(Pools.Random(random, random.Next(1, 200), random.Next(1, 30)), Pools.Day);
            var calls = random.Next(0, 60);

            var chosen = TriageAllocation.Select(pool, Pools.Day, calls);

            Assert.Equal(Math.Min(calls, pool.Count), chosen.Count);
            Assert.Equal(chosen.Count, chosen.Distinct().Count());
        }
    }

    [Fact]
    public void Three_tenths_of_the_calls_go_round_the_sources()
    {
        var loud = Enumerable.Range(0, 50).Select(index => Pools.Item($"loud{index:D2}", 23, "loud") with { Engagement = 1000 });
        var quiet = Enumerable.Range(0, 3).Select(index => Pools.Item($"quiet{index}", 1, $"quiet{index}", "forum"));

        var chosen = TriageAllocation.Select(CandidatePool.Of(loud.Concat(quiet), Pools.Day), Pools.Day, 10);

        // 3 of 10 explore: the best of the loud source, and the best two of the quiet ones.
        Assert.Equal(["loud", "quiet0", "quiet1"], chosen.Take(3).Select(candidate => candidate.Representative.SourceId));
        Assert.All(chosen.Skip(3), candidate => Assert.Equal("loud", candidate.Representative.SourceId));
    }

    [Fact]
    public void One_call_goes_to_the_best_candidate()
    {
        var pool = CandidatePool.Of([Pools.Item("old", 1), Pools.Item("new", 23)], Pools.Day);

        Assert.Equal("new", Assert.Single(TriageAllocation.Select(pool, Pools.Day, 1)).CandidateId);
    }

    [Fact]
    public void A_digest_prefers_a_slightly_weaker_voice_that_was_not_heard_yet()
    {
        DigestEntry[] entries =
        [
            new("a", 90, "rss", ["s1"], "ann"),
            new("b", 89, "rss", ["s1"], "ann"),
            new("c", 80, "forum", ["s2"], "bob"),
        ];

        Assert.Equal(["a", "c"], DiversitySelection.Select(entries, 2).Select(entry => entry.Id));
        Assert.Equal(["a", "c", "b"], DiversitySelection.Select(entries, 9).Select(entry => entry.Id));
    }

    [Fact]
    public void All_sources_of_a_cluster_count_as_heard()
    {
        DigestEntry[] entries = [new("cluster", 90, "rss", ["s1", "s2"]), new("x", 80, "rss", ["s2"]), new("y", 79.5, "rss", ["s3"])];

        Assert.Equal(["cluster", "y", "x"], DiversitySelection.Select(entries, 3).Select(entry => entry.Id));
    }
}
