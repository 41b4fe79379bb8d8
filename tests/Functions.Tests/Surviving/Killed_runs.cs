using FunctionsEval.Cli;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Surviving;

public sealed class Killed_runs
{
    /// <summary>Four in the usual run of the tests, twenty in the long one (tests/README.md).</summary>
    private static int Rounds => LongRun.IsOn ? 20 : 4;

    /// <summary>
    /// Each round kills the program by SIGKILL at a random number of calls, every third one also kills the first resume. Nothing that
    /// was stored, be it a turn of a conversation that goes on, is called again, nothing is missing or counted twice, and what was paid twice is reported.
    /// </summary>
    [Fact]
    public async Task Kills_at_random_moments_lose_nothing_and_repeat_no_finished_cell()
    {
        var random = new Random(20261121);
        for (var (round, tries) = (0, 0); round < Rounds; tries++)
        {
            await using var run = await SmallRun.CreateAsync(TimeSpan.FromMilliseconds(6));
            var kills = round % 3 == 2 ? 2 : 1;
            var announced = 0;
            await KillAsync(run, run.Start(), random.Next(1, SmallRun.Turns - 20));
            if (kills == 2)
            {
                announced += (await run.ReadAllAsync()).Intents;
                await KillAsync(run, run.Resume(), run.Simulator.Stats().Calls + random.Next(1, 60));
            }

            var before = await run.ReadAsync();
            if (before.Run.Status == RunStatus.Completed)
            {
                // On a busy machine the last few calls may be over before they are seen: then there was nothing to kill.
                Assert.True(tries < 60, "The runs ended before they could be killed.");
                continue;
            }

            announced += (await run.ReadAllAsync()).Intents;
            var missing = SmallRun.Turns - await run.StoredTurnsAsync(before.Run);
            var callsBefore = run.Simulator.Stats().Calls;

            await using var resumed = run.Resume();
            var (exitCode, output, error) = await resumed.EndAsync();

            Assert.True(exitCode == 0, $"Round {round} ended with {exitCode}: {error}");
            Assert.Equal(missing, run.Simulator.Stats().Calls - callsBefore);

            // A call that was announced and whose answer was not stored is reported, whether it left or not: never more than those.
            Assert.True(SmallRun.ResultOf(output).Calls.Repeated <= announced, $"Round {round}: {announced} calls were announced.");
            await AssertCompleteAsync(run, SmallRun.ResultOf(output), before.Cells, kills);
            round++;
        }
    }

    [Fact]
    public async Task Ctrl_c_stops_cleanly_and_says_how_to_go_on()
    {
        await using var run = await SmallRun.CreateAsync(TimeSpan.FromMilliseconds(20));
        await using var program = run.Start();
        await run.CallsReachAsync(60, program);

        await program.SignalAsync("INT");
        var (exitCode, output, error) = await program.EndAsync();
        var before = await run.ReadAsync();
        await using var resumed = run.Resume();
        var (resumedCode, resumedOutput, resumedError) = await resumed.EndAsync();

        Assert.Equal(130, exitCode);
        Assert.Empty(output);
        Assert.Contains($"functionseval resume {before.Run.RunId} --data {run.Data}", error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Running, before.Run.Status);
        Assert.True(resumedCode == 0, resumedError);
        await AssertCompleteAsync(run, SmallRun.ResultOf(resumedOutput), before.Cells, kills: 1);
    }

    [Fact]
    public async Task Answers_that_are_under_way_at_ctrl_c_are_waited_for_and_not_paid_twice()
    {
        await using var run = await SmallRun.CreateAsync(TimeSpan.FromSeconds(1));
        await using var program = run.Start();
        await run.CallsReachAsync(16, program);

        await program.SignalAsync("INT");
        var (exitCode, _, error) = await program.EndAsync();
        var before = await run.ReadAsync();

        Assert.Equal(130, exitCode);
        Assert.Contains(" under way; Ctrl+C again stops at once", error, StringComparison.Ordinal);
        Assert.True(before.Cells.Count > 0, error);
        Assert.Equal(run.Simulator.Stats().Calls, await run.StoredTurnsAsync(before.Run));

        await using var resumed = run.Resume(concurrency: 100);
        var (resumedCode, resumedOutput, resumedError) = await resumed.EndAsync();
        Assert.True(resumedCode == 0, resumedError);
        Assert.Equal(0, SmallRun.ResultOf(resumedOutput).Calls.Repeated);
    }

    [Fact]
    public async Task Resuming_a_finished_run_prints_it_and_calls_nothing()
    {
        await using var run = await SmallRun.CreateAsync(TimeSpan.Zero);
        await using var program = run.Start();
        var first = SmallRun.ResultOf((await program.EndAsync()).Output);
        var calls = run.Simulator.Stats().Calls;

        await using var again = TestKit.ProgramProcess.Start(["resume", first.RunId, "--data", run.Data, "--json"]);
        var (exitCode, output, error) = await again.EndAsync();

        Assert.True(exitCode == 0, error);
        Assert.Equal(calls, run.Simulator.Stats().Calls);
        Assert.Equal(first.Analysis!.PerModel.Select(model => model.Mean), SmallRun.ResultOf(output).Analysis!.PerModel.Select(model => model.Mean));
    }

    private static async Task KillAsync(SmallRun run, TestKit.ProgramProcess program, long calls)
    {
        await using (program)
        {
            await run.CallsReachAsync(calls, program);
            await program.KillAsync();
        }

        await Eventually.TrueAsync(() => run.Simulator.Connections == 0, "the last calls of a killed program to be counted");
    }

    private static async Task AssertCompleteAsync(SmallRun run, RunResult result, List<CellRecord> storedBefore, int kills)
    {
        var (record, cells, counts) = await run.ReadAsync();
        Assert.Equal(RunStatus.Completed, record.Status);
        Assert.Equal((SmallRun.Cells, SmallRun.Cells, 0), (result.Progress.Total, result.Progress.Completed, result.Progress.Failed));

        Assert.All(cells, cell => Assert.True(cell.Outcome == CellOutcome.Scored, string.Join(' ', cell.Scores.Select(score => score.Invalid))));
        Assert.Equal(SmallRun.Cells, cells.Select(cell => cell.Address).Distinct().Count());
        Assert.Equal(SmallRun.Cells, cells.Count);
        Assert.Equal(SmallRun.Cells, counts.Finished);
        Assert.Equal(SmallRun.Turns, await run.StoredTurnsAsync(record));
        Assert.Equal(SmallRun.Turns, cells.Sum(cell => cell.Calls));
        var stored = await run.ReadAllAsync();
        stored.AssertWhole();
        Assert.Equal(SmallRun.Turns, stored.Calls.Count);

        // A cell that was stored is the same row still: same times, same tokens.
        var now = cells.ToDictionary(cell => cell.Address);
        Assert.All(storedBefore, cell => Assert.Equal(cell.CompletedAt, now[cell.Address].CompletedAt));

        // What the simulator saw twice is reported. Beyond it are calls that were announced and had not left: each held its place among those of its model.
        var calls = run.Simulator.Stats().Calls;
        Assert.InRange(result.Calls.Repeated, calls - SmallRun.Turns, calls - SmallRun.Turns + (kills * 2 * SmallRun.Concurrency));
        Assert.Equal(SmallRun.Turns + result.Calls.Repeated, result.Calls.Sent);
        Assert.Equal(SmallRun.Cells, result.Analysis!.PerModel.Sum(model => model.SampleCount));
    }
}
