using FunctionsEval.Evaluation.Candidates;

namespace FunctionsEval.Evaluation.Tests.Candidates;

public sealed class Sampling_candidates
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(7, 4)]
    [InlineData(8, 4)]
    [InlineData(24, 12)]
    [InlineData(168, 12)]
    public void There_is_a_time_bucket_for_every_two_hours_within_limits(double hours, int buckets) =>
        Assert.Equal(buckets, StratifiedSampling.BucketCount(new TimeWindow(Pools.Day.Start, Pools.Day.Start.AddHours(hours))));

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1.999, 0)]
    [InlineData(2, 1)]
    [InlineData(23.999, 11)]
    [InlineData(24, 11)]
    public void A_moment_belongs_to_the_bucket_that_begins_before_it(double hour, int bucket) =>
        Assert.Equal(bucket, StratifiedSampling.BucketOf(Pools.Day.Start.AddHours(hour), Pools.Day, 12));

    [Fact]
    public void What_fits_is_taken_whole()
    {
        var pool = CandidatePool.Of([Pools.Item("a"), Pools.Item("b")], Pools.Day);

        var sample = StratifiedSampling.Select(pool, Pools.Day, 2);

        Assert.Equal(2, sample.Candidates.Count);
        Assert.Equal((2, 2, 0), (sample.Stats.InputCount, sample.Stats.OutputCount, sample.Stats.BucketCount));
    }

    [Fact]
    public void Samples_have_exactly_the_size_asked_for_and_no_order_of_input_shows()
    {
        var random = new Random(17);
        for (var round = 0; round < 200; round++)
        {
            var items = Pools.Random(random, random.Next(1, 300), random.Next(1, 40));
            var size = random.Next(0, 80);

            var pool = CandidatePool.Of(items, Pools.Day);
            var sample = StratifiedSampling.Select(pool, Pools.Day, size);
            var again = StratifiedSampling.Select(
                Pools.Shuffled(random, CandidatePool.Of(Pools.Shuffled(random, items), Pools.Day)), Pools.Day, size);

            Assert.Equal(Math.Min(size, pool.Count), sample.Candidates.Count);
            Assert.Equal(sample.Candidates.Count, sample.Candidates.DistinctBy(candidate => (candidate.Kind, candidate.CandidateId)).Count());
            Assert.Equal(sample.Candidates.Select(Id), again.Candidates.Select(Id));
        }
    }

    [Fact]
    public void No_source_starves_while_there_is_a_place_for_each_and_no_type_while_there_is_one_for_each_type()
    {
        var random = new Random(18);
        for (var round = 0; round < 200; round++)
        {
            var pool = CandidatePool.Of(Pools.Random(random, random.Next(50, 300), random.Next(1, 40)), Pools.Day);
            var size = random.Next(1, 60);

            var sample = StratifiedSampling.Select(pool, Pools.Day, size).Candidates;

            var sources = pool.Select(candidate => candidate.Representative.FairnessId).Distinct().Count();
            var types = pool.Select(candidate => candidate.Representative.SourceType).Distinct().Count();
            Assert.Equal(Math.Min(size, sources), sample.Select(candidate => candidate.Representative.FairnessId).Distinct().Count());
            Assert.Equal(Math.Min(size, types), sample.Select(candidate => candidate.Representative.SourceType).Distinct().Count());
        }
    }

    [Fact]
    public void Places_that_small_groups_leave_go_to_others()
    {
        var items = Enumerable.Range(0, 60).Select(index => Pools.Item($"big{index:D2}", index % 3, "big")).Append(Pools.Item("quiet", 1, "small"));

        var sample = StratifiedSampling.Select(CandidatePool.Of(items, Pools.Day), Pools.Day, 40).Candidates;

        Assert.Equal(40, sample.Count);
        Assert.Equal(39, sample.Count(candidate => candidate.Representative.SourceId == "big"));
    }

    [Fact]
    public void Every_time_bucket_of_a_lone_source_is_heard_before_any_is_heard_twice()
    {
        var items = Enumerable.Range(0, 240).Select(index => Pools.Item($"i{index:D3}", index / 10.0));

        var sample = StratifiedSampling.Select(CandidatePool.Of(items, Pools.Day), Pools.Day, 12).Candidates;

        Assert.Equal(Enumerable.Range(0, 12), sample.Select(candidate => StratifiedSampling.BucketOf(candidate.At, Pools.Day, 12)).Order());
    }

    [Fact]
    public void Ties_are_broken_by_id()
    {
        var pool = CandidatePool.Of([Pools.Item("b"), Pools.Item("a"), Pools.Item("c")], Pools.Day);

        Assert.Equal(["a", "b"], StratifiedSampling.Select(pool, Pools.Day, 2).Candidates.Select(candidate => candidate.CandidateId));
    }

    [Fact]
    public void The_stats_say_what_was_there_and_what_was_taken()
    {
        var items = Enumerable.Range(0, 30).Select(index => Pools.Item($"i{index:D2}", index % 24, $"s{index % 7}", $"t{index % 2}"));

        var stats = StratifiedSampling.Select(CandidatePool.Of(items, Pools.Day), Pools.Day, 20).Stats;

        Assert.Equal((30, 20, 12, 2, 7), (stats.InputCount, stats.OutputCount, stats.BucketCount, stats.SourceTypeCount, stats.SourceCount));
        Assert.Equal(20, stats.TopSourceTypes.Sum(type => type.Count));
        Assert.Equal(5, stats.TopSources.Count);
        Assert.True(stats.TopSources.Zip(stats.TopSources.Skip(1)).All(pair => pair.First.Count >= pair.Second.Count));
    }

    private static (CandidateKind, string) Id(Candidate candidate) => (candidate.Kind, candidate.CandidateId);
}
