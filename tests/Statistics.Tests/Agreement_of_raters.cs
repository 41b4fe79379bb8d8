using FunctionsEval.Statistics.Agreement;

namespace FunctionsEval.Statistics.Tests;

public sealed class Agreement_of_raters
{
    private const double None = double.NaN;

    // Krippendorff's own example: four observers, twelve units; he gives .743, .815 and .849.
    private static readonly double[] Example =
    [
        1, 1, None, 1, 2, 2, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 1, 2, 3, 4,
        4, 4, 4, 4, 1, 1, 2, 1, 2, 2, 2, 2, None, 5, 5, 5, None, None, 1, 1, None, 3, None, None,
    ];

    // R: v <- sort(unique(x)); o <- matrix(0,length(v),length(v)), each unit's ordered pairs of ratings adding 1/(m-1); n <- rowSums(o)
    //    d <- squared distances: p != q; (sum(n[p:q])-(n[p]+n[q])/2)^2; (v[p]-v[q])^2;  1-(sum(n)-1)*sum(o*d)/sum(outer(n,n)*d)
    [Theory]
    [InlineData(RatingScale.Nominal, 0.74342105263157898)]
    [InlineData(RatingScale.Ordinal, 0.81538750375488134)]
    [InlineData(RatingScale.Interval, 0.84910714285714284)]
    public void Krippendorffs_example_comes_out(RatingScale scale, double expected) =>
        Assert.Equal(expected, KrippendorffsAlpha.Of(Example, 4, scale)!.Value, 1e-13);

    [Theory]
    [InlineData(RatingScale.Nominal)]
    [InlineData(RatingScale.Ordinal)]
    [InlineData(RatingScale.Interval)]
    public void Two_values_are_the_same_on_every_scale(RatingScale scale) =>

        // R: the same of rbind(c(0,1,1,0,1,0,0,1,1,1), c(0,1,0,0,1,0,1,1,1,1))
        Assert.Equal(
            0.60416666666666674,
            KrippendorffsAlpha.Of([0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1], 2, scale)!.Value,
            1e-13);

    [Theory]
    [InlineData(RatingScale.Nominal)]
    [InlineData(RatingScale.Ordinal)]
    [InlineData(RatingScale.Interval)]
    public void Permuting_items_and_raters_and_a_linear_change_alter_nothing(RatingScale scale)
    {
        var random = new Random(167);
        double[] changed = [.. Example.Chunk(4).Shuffled(random).SelectMany(item => item.Shuffled(random)).Select(rating => (rating * 3) - 100)];

        Assert.Equal(KrippendorffsAlpha.Of(Example, 4, scale)!.Value, KrippendorffsAlpha.Of(changed, 4, scale)!.Value, 1e-12);
    }

    [Fact]
    public void Alpha_is_1_when_all_agree_and_near_0_by_chance()
    {
        var random = new Random(173);

        Assert.Equal(1, KrippendorffsAlpha.Of([1, 1, 2, 2, 3, 3], 2, RatingScale.Ordinal));
        Assert.InRange(KrippendorffsAlpha.Of(Simulation.Draw(20_000, () => random.Next(4)), 2, RatingScale.Nominal)!.Value, -0.03, 0.03);
    }

    [Fact]
    public void Alpha_is_null_where_nothing_can_be_told()
    {
        Assert.Null(KrippendorffsAlpha.Of([], 2, RatingScale.Nominal));
        Assert.Null(KrippendorffsAlpha.Of([1, None, None, 2], 2, RatingScale.Nominal));
        Assert.Null(KrippendorffsAlpha.Of([1, 1, 1, 1], 2, RatingScale.Nominal));
        Assert.Null(KrippendorffsAlpha.Of([0.0, -0.0, 0.0, 0.0], 2, RatingScale.Interval));
    }

    [Fact]
    public void Kappa_agrees_with_R()
    {
        var result = CohensKappa.Of([1, 1, 2, 3, 3, 3, 2, 1, 2, 2, 1, 3], [1, 2, 2, 3, 3, 1, 2, 1, 2, 3, 1, 3])!;

        // R: t <- table(x,y); po <- sum(diag(t))/12; pe <- sum(rowSums(t)*colSums(t))/144; c((po-pe)/(1-pe), po, pe)
        Assert.Equal(0.625, result.Kappa!.Value, 1e-14);
        Assert.Equal((0.75, 12), (result.ObservedAgreement, result.Count));
        Assert.Equal(1 / 3.0, result.ExpectedAgreement, 1e-14);
        Assert.Equal(1 / 3.0, result.LargestShare, 1e-14);
    }

    [Fact]
    public void Kappa_is_low_despite_agreement_when_one_answer_dominates()
    {
        int[] first = [.. Enumerable.Repeat(1, 95), 0, 0, 0, 1, 1];
        int[] second = [.. Enumerable.Repeat(1, 95), 1, 1, 1, 0, 0];
        var result = CohensKappa.Of(first, second)!;

        Assert.Equal(0.95, result.ObservedAgreement);
        Assert.True(result.Kappa < 0);
        Assert.Equal(0.975, result.LargestShare);
    }

    [Fact]
    public void Kappa_ignores_labels_and_the_order_of_raters()
    {
        int[] first = [1, 1, 2, 3, 3, 3, 2, 1, 2, 2, 1, 3];
        int[] second = [1, 2, 2, 3, 3, 1, 2, 1, 2, 1, 1, 3];

        Assert.Equal(CohensKappa.Of(first, second), CohensKappa.Of([.. second.Select(x => -x)], [.. first.Select(x => -x)]));
    }

    [Fact]
    public void Kappa_is_null_without_items_or_with_one_category()
    {
        Assert.Null(CohensKappa.Of([], []));
        Assert.Null(CohensKappa.Of([4, 4], [4, 4])!.Kappa);
    }

    [Fact]
    public void Senseless_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => KrippendorffsAlpha.Of([1, 2, 3], 2, RatingScale.Nominal));
        Assert.Throws<ArgumentOutOfRangeException>(() => KrippendorffsAlpha.Of([1], 1, RatingScale.Nominal));
        Assert.Throws<ArgumentOutOfRangeException>(() => KrippendorffsAlpha.Of([1, double.PositiveInfinity], 2, RatingScale.Nominal));
        Assert.Throws<ArgumentOutOfRangeException>(() => KrippendorffsAlpha.Of([1, 2], 2, (RatingScale)9));
        Assert.Throws<ArgumentException>(() => CohensKappa.Of([1, 2], [1]));
    }
}
