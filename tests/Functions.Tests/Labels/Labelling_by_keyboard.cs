using FunctionsEval.Cli;
using FunctionsEval.Labels;

namespace FunctionsEval.Functions.Tests.Labels;

public sealed class Labelling_by_keyboard(JudgedRun run) : IClassFixture<JudgedRun>
{
    [Fact]
    public async Task A_sitting_is_blind_can_be_broken_off_and_goes_on_where_it_was()
    {
        var first = await run.TypeAsync(["4", "t too long", "2", "q"], Label("ann"));
        Assert.DoesNotContain("sim-", first, StringComparison.Ordinal);
        Assert.Contains("2 of 20 answers are labelled.", first, StringComparison.Ordinal);
        Assert.Equal(2, first.Split("By this rubric: How good?\n").Length);

        var labels = await LinesAsync("ann");
        Assert.Equal(2, labels.Count);
        Assert.Contains(labels, line => line.Contains(",2,ann,too long,", StringComparison.Ordinal));

        // The third answer is shown again, and no other before it.
        var second = await run.TypeAsync(["q"], Label("ann"));
        Assert.Equal(Shown(first)[2], Assert.Single(Shown(second)));
        Assert.Equal(labels, await LinesAsync("ann"));
    }

    [Fact]
    public async Task What_is_no_label_is_asked_for_again_and_the_last_label_can_be_taken_back()
    {
        var text = await run.TypeAsync(["u", "6", "hello", "3", "u", "5", "s", "1"], Label("bob"));

        Assert.Contains("There is nothing to undo.", text, StringComparison.Ordinal);
        Assert.Contains("A label must be a number from 1 to 5, but is '6'.", text, StringComparison.Ordinal);
        Assert.Contains("but is 'hello'.", text, StringComparison.Ordinal);
        var shown = Shown(text);
        Assert.Equal(shown[0], shown[2]);
        Assert.Equal(["1", "5"], (await LinesAsync("bob")).Select(line => line.Split(',')[4]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task All_answers_that_were_chosen_can_be_labelled_pair_by_pair_and_more_are_added_to_them()
    {
        await run.TypeAsync([.. Enumerable.Repeat("3", 25)], Label("eve"));
        var twenty = (await LinesAsync("eve")).Select(line => line.Split(',')[..2]).ToList();

        Assert.Equal(20, twenty.Count);
        Assert.All(twenty.GroupBy(line => line[0]), scenario => Assert.Equal(2, scenario.Count()));

        await run.TypeAsync([.. Enumerable.Repeat("3", 40)], "label", run.RunId, "--labeller", "eve", "--count", "30");
        var thirty = (await LinesAsync("eve")).Select(line => line.Split(',')[..2]).ToList();
        Assert.Equal(30, thirty.Count);
        Assert.All(twenty, line => Assert.Contains(thirty, other => other.SequenceEqual(line)));
    }

    [Fact]
    public async Task Two_people_see_the_same_answers_in_other_orders()
    {
        var first = await run.TypeAsync([.. Enumerable.Repeat("s", 20), "q"], Label("kim"));
        var second = await run.TypeAsync([.. Enumerable.Repeat("s", 20), "q"], Label("lee"));

        Assert.NotEqual(Shown(first).Take(20), Shown(second).Take(20));
        Assert.Equal(Shown(first).Take(20).Order(StringComparer.Ordinal), Shown(second).Take(20).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--count must be between 1 and 10000, but is 0.", "label", "latest", "--count", "0")]
    [InlineData("--metric must be a scorer of the run (quality, truth), but is 'beauty'.", "label", "latest", "--metric", "beauty")]
    [InlineData("labels are typed: this needs a terminal", "label", "latest")]
    public async Task What_cannot_be_labelled_is_refused(string error, params string[] arguments)
    {
        await using var text = new StringWriter();
        var terminal = run.Bench.Terminal(TextWriter.Null, text) with { In = arguments.Length > 2 ? new StringReader("q") : null };

        Assert.Equal(ExitCodes.Usage, await CommandLine.RunAsync(terminal, [.. arguments, "--data", run.Bench.Data], TestContext.Current.CancellationToken));
        Assert.Contains(error, text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_beginning_of_the_choice_is_spread_over_the_scores_and_each_place_is_as_likely_as_another()
    {
        var first = new int[40];
        for (var seed = 0; seed < 4_000; seed++)
        {
            int[] places = [.. EvenSample.Places(40, new Random(seed))];
            Assert.Equal(Enumerable.Range(0, 40), places.Order());

            // Of each quarter of the list there are 2 of the first 8, or one more or less where a place was taken.
            Assert.All(places.Take(8).GroupBy(place => place / 10), quarter => Assert.InRange(quarter.Count(), 1, 3));
            foreach (var place in places.Take(8))
            {
                first[place]++;
            }
        }

        // 800 of 4,000 each, standard error 25.
        Assert.All(first, count => Assert.InRange(count, 675, 925));
    }

    private string[] Label(string labeller) => ["label", run.RunId, "--labeller", labeller, "--count", "20", "--metric", "quality"];

    // What stands between the head of an answer and the question.
    private static List<string> Shown(string text) => [.. text.Split("\n--- ").Skip(1).Select(part => part[(part.IndexOf('\n', StringComparison.Ordinal) + 1)..part.IndexOf("quality (", StringComparison.Ordinal)])];

    private async Task<List<string>> LinesAsync(string labeller) =>
        [.. (await run.CommandAsync("labels", "export", run.RunId)).Output.Split('\n').Where(line => line.Contains($",{labeller},", StringComparison.Ordinal))];
}
