using FunctionsEval.Evaluation.Candidates;

namespace FunctionsEval.Evaluation.Tests.Candidates;

public sealed class Finding_candidates
{
    [Fact]
    public void A_cluster_is_one_candidate_and_its_items_are_none()
    {
        var pool = CandidatePool.Of(
            [Pools.Item("a", 3, cluster: "c"), Pools.Item("b", 9, cluster: "c", source: "other"), Pools.Item("d", 5)], Pools.Day);

        Assert.Equal([("c", CandidateKind.Cluster), ("d", CandidateKind.Item)], pool.Select(candidate => (candidate.CandidateId, candidate.Kind)));
        Assert.Equal(Pools.Day.Start.AddHours(9), pool[0].At);
        Assert.Equal(2, pool[0].Members.Count);
    }

    [Fact]
    public void The_window_begins_with_its_start_and_ends_before_its_end()
    {
        var pool = CandidatePool.Of([Pools.Item("first", 0), Pools.Item("last", 23.999), Pools.Item("next", 24), Pools.Item("before", -0.001)], Pools.Day);

        Assert.Equal(["last", "first"], pool.Select(candidate => candidate.CandidateId));
    }

    [Fact]
    public void A_cluster_counts_only_its_members_in_the_window()
    {
        var early = Pools.Item("early", -5, cluster: "c") with { BodyLength = 9000 };

        var candidate = Assert.Single(CandidatePool.Of([early, Pools.Item("inside", 5, cluster: "c")], Pools.Day));

        Assert.Equal("inside", candidate.Representative.ItemId);
    }

    [Fact]
    public void A_cluster_and_an_item_may_have_the_same_id() =>
        Assert.Equal(2, CandidatePool.Of([Pools.Item("x"), Pools.Item("y", cluster: "x")], Pools.Day).Count);

    public static TheoryData<string> Rules() => ["title", "article", "length", "url", "newest", "id"];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Each_rule_decides_who_represents_a_cluster_when_those_before_it_do_not(string rule)
    {
        var plain = Pools.Item("m", 10, type: "x_posts", cluster: "c") with { HasTitle = true, HasUrl = false, BodyLength = 10 };
        var better = rule switch
        {
            "title" => plain with { ItemId = "z" },
            "article" => plain with { ItemId = "z", SourceType = "rss", HasUrl = true, BodyLength = 1 },
            "length" => plain with { ItemId = "z", BodyLength = 11 },
            "url" => plain with { ItemId = "z", HasUrl = true },
            "newest" => plain with { ItemId = "z", At = plain.At.AddSeconds(1) },
            _ => plain with { ItemId = "a" },
        };
        var worse = rule == "title" ? plain with { HasTitle = false, BodyLength = 5000 } : plain;

        var candidate = Assert.Single(CandidatePool.Of([worse, better], Pools.Day));

        Assert.Equal(better.ItemId, candidate.Representative.ItemId);
    }

    [Fact]
    public void The_score_is_six_tenths_recency_and_four_tenths_engagement_among_the_pool()
    {
        var pool = CandidatePool.Of(
            [
                Pools.Item("old", 6) with { Engagement = Math.E - 1, Comments = Math.E - 1 },
                Pools.Item("new", 18),
                Pools.Item("middle", 12) with { Engagement = Math.E - 1 },
            ],
            Pools.Day);

        // recency 0.25, 0.75, 0.5; ln(1+e) + 0.25 ln(1+c) = 1.25, 0, 1 of a spread of 1.25.
        Assert.Equal([("middle", 0.62), ("old", 0.55), ("new", 0.45)], pool.Select(candidate => (candidate.CandidateId, Math.Round(candidate.Score, 9))));
    }

    [Fact]
    public void Engagement_that_is_the_same_for_all_says_nothing()
    {
        var pool = CandidatePool.Of([Pools.Item("a", 12) with { Engagement = 500 }, Pools.Item("b", 12) with { Engagement = 500 }], Pools.Day);

        Assert.All(pool, candidate => Assert.Equal(0.3, candidate.Score, 9));
    }
}
