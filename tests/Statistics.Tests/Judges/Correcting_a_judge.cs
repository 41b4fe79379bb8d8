using FunctionsEval.Statistics.Calibration;
using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Tests.Judges;

public sealed class Correcting_a_judge
{
    private static readonly double[] Judged = [3, 4, 2, 5, 3, 4, 4, 2, 3, 5, 1, 4, 3, 3, 2, 4, 5, 3, 4, 2];
    private static readonly int[] Labelled = [0, 2, 4, 5, 7, 8, 9, 11, 12, 14, 16, 19];
    private static readonly double[] Given = [3, 2, 3, 4, 1, 3, 5, 3, 2, 2, 4, 2];

    [Fact]
    public void The_corrected_mean_of_numbers_agrees_with_R()
    {
        var corrected = CorrectedMean.Of(Scores(), ScoreScale.Between(1, 5), 0.95);

        // R: la <- cov(y,f[lab])/var(f[lab]); r <- y-la*f[lab]; th <- la*mean(f)+mean(r); uj <- la*(f-mean(f))/20; ul[lab] <- (r-mean(r))/12
        //    vj <- sum(uj^2)*20/19; vl <- sum(ul^2)*12/10; V <- vj+vl+2*sum(uj*ul); df <- V^2/(vj^2/19+vl^2/10), 10 to 19; th + c(-1,1)*qt(.975,df)*sqrt(V)
        Assert.Equal(3.3, corrected.Judged!.Value, 1e-12);
        Assert.Equal(2.95365853658536581, corrected.Mean!.Value, 1e-12);
        Assert.Equal(2.38814532063746032, corrected.Interval!.Lower, 1e-6);
        Assert.Equal(3.51917175253327130, corrected.Interval.Upper, 1e-6);
        Assert.Equal((12, 12), (corrected.Labels, corrected.LabelledUnits));
        Assert.Null(corrected.Assumption);
    }

    [Fact]
    public void With_every_cell_labelled_the_judge_drops_out()
    {
        double[] labels = [.. Judged.Select((score, item) => Math.Clamp(score - (item % 3), 1, 5))];
        var corrected = CorrectedMean.Of(Alone(Judged, labels), ScoreScale.Between(1, 5), 0.95);

        Assert.Equal(labels.Average(), corrected.Mean!.Value, 1e-12);

        // R: sd(y)/sqrt(20)*qt(.975,19)*2; the parts of judge and labels each count their own freedom, which makes it a little wider.
        var width = 2 * 2.0930240544083 * RunningMoments.Of(labels).StandardDeviation / Math.Sqrt(20);
        Assert.InRange((corrected.Interval!.Upper - corrected.Interval.Lower) / width, 1, 1.06);
    }

    [Fact]
    public void Pass_rates_are_put_together_from_what_the_judge_passed_and_failed()
    {
        // 200 answers of which the judge passes 140; of 40 labelled ones 24 of 28 that it passed are good, and 3 of 12 that it failed.
        var (judged, labels) = (new double[200], new double[200]);
        for (var item = 0; item < 200; item++)
        {
            judged[item] = item < 140 ? 1 : 0;
            labels[item] = item < 28 ? item < 24 ? 1 : 0 : item is >= 140 and < 152 ? item < 143 ? 1 : 0 : double.NaN;
        }

        var corrected = CorrectedMean.Of(Alone(judged, labels), ScoreScale.PassOrFail, 0.95);

        Assert.Equal(0.7, corrected.Judged!.Value, 1e-12);
        Assert.Equal((0.7 * 24 / 28) + (0.3 * 3 / 12), corrected.Mean!.Value, 1e-12);

        // R: w <- function(p,n,z) (p+z^2/2/n+c(-1,1)*z*sqrt(p*(1-p)/n+z^2/4/n^2))/(1+z^2/n); z <- qt(.975,38); q <- w(.7,199,z)
        //    j <- function(x,n) qbeta(pnorm(c(-1,1)*z),x+.5,n-x+.5); a <- j(24,28); b <- j(3,12)
        //    th <- .7*24/28+.3*.25; s <- 24/28-.25
        //    c(th-sqrt((s*(.7-q[1]))^2+(.7*(24/28-a[1]))^2+(.3*(.25-b[1]))^2), th+sqrt((s*(q[2]-.7))^2+(.7*(a[2]-24/28))^2+(.3*(b[2]-.25))^2))
        Assert.Equal(0.539278567397591, corrected.Interval!.Lower, 1e-6);
        Assert.Equal(0.790179135322896, corrected.Interval.Upper, 1e-6);
    }

    [Fact]
    public void A_comparison_of_numbers_is_that_of_paired_differences()
    {
        var random = new Random(8);
        double[] first = random.Normals(80), second = random.Normals(80);
        double[] labels1 = [.. first.Select((score, item) => item < 30 ? score + (0.3 * random.Normal()) : double.NaN)];
        double[] labels2 = [.. second.Select((score, item) => item < 30 ? score + 0.4 + (0.3 * random.Normal()) : double.NaN)];
        var (one, other) = (Of(first, labels1), Of(second, labels2));
        var design = new ComparisonDesign(ScoreScale.Unbounded, Margin: 0.5);

        var comparison = CorrectedComparison.Of(one, other, design);
        var mirrored = CorrectedComparison.Of(other, one, design);

        Assert.Equal(comparison.Effect!.Value, CorrectedMean.Of(one, ScoreScale.Unbounded, 0.95).Mean!.Value - CorrectedMean.Of(other, ScoreScale.Unbounded, 0.95).Mean!.Value, 1e-12);
        Assert.Equal((80, 30), (comparison.Items, comparison.Units));
        Assert.Equal(comparison.Interval!.Lower, -mirrored.Interval!.Upper, 1e-9);
        Assert.Equal(comparison.PValue!.Value, mirrored.PValue!.Value, 1e-9);
        Assert.Equal(comparison.EquivalencePValue!.Value, mirrored.EquivalencePValue!.Value, 1e-9);

        // The interval ends where the p-value of that difference is 5%.
        var atEnd = CorrectedComparison.Of(Of(first, labels1, -comparison.Interval.Lower), other, design);
        Assert.Equal(0.05, atEnd.PValue!.Value, 1e-6);

        static LabelledScores Of(double[] judged, double[] labels, double shift = 0) =>
            Alone([.. judged.Select(score => score + shift)], [.. labels.Select(label => label + shift)]);
    }

    [Fact]
    public void A_judge_that_was_never_wrong_may_still_be()
    {
        double[] labels = [.. Judged.Select((score, item) => item < 12 ? score : double.NaN)];
        var scores = Alone(Judged, labels);

        var bounded = CorrectedMean.Of(scores, ScoreScale.Between(1, 5), 0.95).Interval!;
        var plain = MeanInference.Of(Judged, [], ScoreScale.Between(1, 5), 1, 0.95, new Random(1))!.Interval!;
        Assert.True(bounded.Upper - bounded.Lower > plain.Upper - plain.Lower);

        var unbounded = CorrectedMean.Of(scores, ScoreScale.Unbounded, 0.95);
        Assert.Null(unbounded.Interval);
        Assert.Contains("give the scorer min and max", unbounded.Limit, StringComparison.Ordinal);
        Assert.Contains("give the scorer min and max", CorrectedComparison.Of(scores, scores, new ComparisonDesign(ScoreScale.Unbounded)).Limit, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_labels_are_an_assumption_and_none_is_a_reason()
    {
        var five = CorrectedMean.Of(LabelledFirst(5), ScoreScale.Between(1, 5), 0.95);
        Assert.Contains("labels of 5 scenarios", five.Assumption, StringComparison.Ordinal);
        Assert.NotNull(five.Interval);

        var one = CorrectedMean.Of(LabelledFirst(1), ScoreScale.Between(1, 5), 0.95);
        Assert.Null(one.Mean);
        Assert.Contains("one scenario", one.Limit, StringComparison.Ordinal);
        Assert.Equal("No cell has a label.", CorrectedMean.Of(LabelledFirst(0), ScoreScale.Between(1, 5), 0.95).Limit);
        Assert.Equal("No item has a score.", CorrectedMean.Of(LabelledScores.Of(new RunningMoments[3], [], []), ScoreScale.PassOrFail, 0.95).Limit);

        LabelledScores LabelledFirst(int count) => Alone(Judged, [.. Judged.Select((score, item) => item < count ? Math.Max(1, score - (item % 2)) : double.NaN)]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(12)]
    public void Few_labels_and_differences_beyond_doubt_have_a_p_value(int labels)
    {
        var random = new Random(labels);
        double[] first = random.Normals(60), second = [.. random.Normals(60).Select(score => score - 50)];
        double[] Label(double[] judged) => [.. judged.Select((score, item) => item < labels ? score + (0.1 * random.Normal()) : double.NaN)];

        var comparison = CorrectedComparison.Of(Alone(first, Label(first)), Alone(second, Label(second)), new ComparisonDesign(ScoreScale.Unbounded, Margin: 1));

        Assert.InRange(comparison.PValue!.Value, 0, labels == 2 ? 0.02 : 0.005);
        Assert.InRange(comparison.EquivalencePValue!.Value, 0.99, 1);
        Assert.InRange(comparison.Effect!.Value, 45, 55);
    }

    // R: q <- x/n; a <- (x+z^2/2)/(n+z^2); s <- (tp+1)/(np+2); c <- (tn+1)/(nn+2); p <- (a+c-1)/(s+c-1); dp <- 2*z^2*(p*s*(1-s)/(np+2)-(1-p)*c*(1-c)/(nn+2))
    //    v <- (a*(1-a)/(n+z^2)+p^2*s*(1-s)/(np+2)+(1-p)^2*c*(1-c)/(nn+2))/(s+c-1)^2; c((q+sp-1)/(se+sp-1), p+dp+c(-1,1)*z*sqrt(v)), cut at 0
    [Theory]
    [InlineData(240, 400, 54, 60, 32, 40, 0.5714285714285712, 0.4402234292188078, 0.6913479032360321)]
    [InlineData(30, 400, 18, 20, 75, 80, 0.01492537313432831, 0, 0.07965331056560303)]
    public void Rogan_and_Gladens_rate_agrees_with_R(int passes, int cells, int hits, int positives, int rejections, int negatives, double rate, double lower, double upper)
    {
        var corrected = RoganGladen.Of((double)passes / cells, cells, new ConfusionCounts(hits, negatives - rejections, rejections, positives - hits), 0.95);

        Assert.Equal(rate, corrected.Rate!.Value, 1e-12);
        Assert.Equal(lower, corrected.Interval!.Lower, 1e-12);
        Assert.Equal(upper, corrected.Interval.Upper, 1e-12);
    }

    [Fact]
    public void A_judge_that_tells_nothing_cannot_be_corrected()
    {
        Assert.Contains("says nothing", RoganGladen.Of(0.6, 100, new ConfusionCounts(10, 10, 5, 10), 0.95).Limit, StringComparison.Ordinal);
        Assert.Contains("People pass every", RoganGladen.Of(0.6, 100, new ConfusionCounts(10, 0, 0, 10), 0.95).Limit, StringComparison.Ordinal);
        Assert.Contains("People fail every", RoganGladen.Of(0.6, 100, new ConfusionCounts(0, 4, 10, 0), 0.95).Limit, StringComparison.Ordinal);
    }

    [Fact]
    public void Accuracy_counts_cells_of_one_scenario_for_what_they_are_worth()
    {
        double[] judged = [1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1], labels = [1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1];
        var alone = JudgeAccuracy.Of(judged, labels, [.. Enumerable.Range(0, 12)], 0.95)!;
        var together = JudgeAccuracy.Of(judged, labels, [.. Enumerable.Range(0, 12).Select(cell => cell / 2)], 0.95)!;

        Assert.Equal(new ConfusionCounts(5, 2, 3, 2), alone.Counts);
        Assert.Equal((8 / 12.0, 7 / 12.0, 5 / 7.0, 3 / 5.0), (alone.Accuracy.Value, alone.BaseRate, alone.Sensitivity!.Value, alone.Specificity!.Value));
        Assert.Equal(WilsonInterval.OfProportion(8, 12, 0.95)!.Lower, alone.Accuracy.Interval.Lower, 1e-12);
        Assert.True(together.Accuracy.Interval.Lower < alone.Accuracy.Interval.Lower);
        Assert.Null(JudgeAccuracy.Of([], [], [], 0.95));
        Assert.Null(JudgeAccuracy.Of([1], [1], [0], 0.95)!.Specificity);
        Assert.Throws<ArgumentException>(() => JudgeAccuracy.Of([0.5], [1], [0], 0.95));
    }

    [Fact]
    public void Senseless_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelledScores.Of([RunningMoments.Of([1])], [(3, 1, 1)], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelledScores.Of([default, RunningMoments.Of([1])], [(0, 1, 1)], []));
        Assert.Throws<ArgumentException>(() => LabelledScores.Of([RunningMoments.Of([1])], [], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => RoganGladen.Of(1.2, 10, new ConfusionCounts(1, 1, 1, 1), 0.95));
    }

    private static LabelledScores Scores()
    {
        var labels = new double[20];
        Array.Fill(labels, double.NaN);
        foreach (var (place, item) in Labelled.Index())
        {
            labels[item] = Given[place];
        }

        return Alone(Judged, labels);
    }

    // One cell an item; a label that is not a number is none.
    private static LabelledScores Alone(double[] judged, double[] labels) => LabelledScores.Of(
        [.. judged.Select(score => RunningMoments.Of([score]))],
        [.. Enumerable.Range(0, judged.Length).Where(item => !double.IsNaN(labels[item])).Select(item => (item, judged[item], labels[item]))],
        []);
}
