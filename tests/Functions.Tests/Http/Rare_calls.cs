using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Functions.Tests.Http;

public sealed class Rare_calls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_filter_that_finds_little_answers_with_a_place_to_go_on_from()
    {
        const int Items = 4_000;
        var bench = await Workbench.CreateAsync();
        var run = RunCells.Run(items: Items, models: 1) with { Status = RunStatus.Completed };
        await using (var program = bench.Open())
        {
            await program.Runs.AddAsync(run, Cancel);
            foreach (var partition in Enumerable.Range(0, Items).Chunk(CellAddress.ItemsPerPartition))
            {
                var rows =
                    from item in partition
                    from sample in Enumerable.Range(0, 3)
                    let address = new CellAddress(item, 0, sample)
                    let call = RunCells.Calls(1)[0]
                    select CellRows.ToEntity(address.PartitionKey(run.RunId), address.RowKey, 1, call, CallPurpose.Of(run));
                var written = rows.ToList();
                if (partition[^1] == Items - 1)
                {
                    written[^1]["status"] = "error";
                }

                await EntityBatches.UpsertAsync(program.Entities, TableKeys.Cells, written, Cancel);
            }
        }

        await using var host = await ServerHost.StartAsync(bench);
        var first = (await host.GetAsync($"/api/runs/{run.RunId}/calls?status=error")).Json;
        var second = (await host.GetAsync(
            $"/api/runs/{run.RunId}/calls?status=error&continuationToken={Uri.EscapeDataString(first.GetProperty("continuationToken").GetString()!)}")).Json;

        Assert.Equal(0, first.GetProperty("calls").GetArrayLength());
        Assert.Equal(Items - 1, Assert.Single(second.GetProperty("calls").EnumerateArray()).GetProperty("itemIndex").GetInt32());
    }
}
