using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Hosting;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>
/// What stands in stored histories, queues and tables is a contract: a run that was started by an older version must go on. A text here
/// may get new optional fields in a new test; the ones that are here must be read for ever.
/// </summary>
public sealed class Storing_histories
{
    private const string PlanJson = """{"runId":"r123456789abcdef","items":250,"variants":2,"samples":5,"seed":-8412345678901234567}""";

    private static readonly JsonSerializerOptions Options = NewOptions();

    private static readonly RunPlan Plan = new("r123456789abcdef", 250, 2, 5, -8412345678901234567);

    public static TheoryData<string, object> Payloads() => new()
    {
        { """{"runId":"r123456789abcdef","plan":null,"nextBlock":0}""", new RunInput("r123456789abcdef") },
        { $$"""{"runId":"r123456789abcdef","plan":{{PlanJson}},"nextBlock":200}""", new RunInput("r123456789abcdef", Plan, 200) },
        { $$"""{"plan":{{PlanJson}},"block":7}""", new BlockInput(Plan, 7) },
        { """{"block":7,"deferred":3,"cancelled":true}""", new BlockResult(7, 3, Cancelled: true) },
        { """{"runId":"r123456789abcdef","item":249,"variant":1,"sample":4}""", new CellInput("r123456789abcdef", 249, 1, 4) },
        { """{"runId":"r123456789abcdef","analysisError":null,"failureReason":"no"}""", new CompleteRunInput("r123456789abcdef", null, "no") },
        { PlanJson, Plan },
        { PlanJson[..^1] + ",\"lookEvery\":50}", Plan with { LookEvery = 50 } },
        { PlanJson[..^1] + ",\"allocatedCells\":700}", Plan with { AllocatedCells = 700 } },
        { """{"runId":"r123456789abcdef","block":12}""", new AllocatedBlockInput("r123456789abcdef", 12) },
        { """{"runId":"r123456789abcdef","analysisError":null,"failureReason":null,"stopReason":"decided: x"}""", new CompleteRunInput("r123456789abcdef", StopReason: "decided: x") },
        { """{"job":"extend_run","runId":"r123456789abcdef"}""", new PipelineJob(PipelineJob.Extend, "r123456789abcdef") },
        { "\"cancelled\"", RunStatus.Cancelled },
        { """{"job":"start_run","runId":"r123456789abcdef"}""", new PipelineJob(PipelineJob.Start, "r123456789abcdef") },
    };

    [Theory]
    [MemberData(nameof(Payloads), DisableDiscoveryEnumeration = true)]
    public void A_payload_is_written_and_read_as_it_always_was(string json, object payload)
    {
        var written = JsonSerializer.SerializeToNode(payload, payload.GetType(), Options);
        Assert.True(Holds(written, JsonNode.Parse(json)), $"{written?.ToJsonString()} does not hold all of {json}.");
        Assert.Equal(payload, JsonSerializer.Deserialize(json, payload.GetType(), Options));
    }

    [Fact]
    public void Fields_that_a_history_does_not_have_take_their_defaults()
    {
        Assert.Equal(new RunInput("r1"), JsonSerializer.Deserialize<RunInput>("""{"runId":"r1"}""", Options));
        Assert.Equal(new CompleteRunInput("r1"), JsonSerializer.Deserialize<CompleteRunInput>("""{"runId":"r1"}""", Options));
    }

    [Fact]
    public void Fields_of_a_newer_version_are_ignored() =>
        Assert.Equal(
            new CellInput("r1", 1, 2, 3),
            JsonSerializer.Deserialize<CellInput>("""{"runId":"r1","item":1,"variant":2,"sample":3,"turns":4}""", Options));

    private static JsonSerializerOptions NewOptions()
    {
        var options = new JsonSerializerOptions();
        WorkerJson.Apply(options, Registration.JsonContexts);
        return options;
    }

    /// <summary>Everything of the old text is there with its value; a newer version may have added fields.</summary>
    private static bool Holds(JsonNode? now, JsonNode? then) => then is JsonObject old
        ? old.All(field => now is JsonObject newer && newer.ContainsKey(field.Key) && Holds(newer[field.Key], field.Value))
        : JsonNode.DeepEquals(now, then);

    [Fact]
    public void A_block_holds_the_same_cells_for_ever()
    {
        var cells = Plan.CellsOf(7).Select(cell => cell.RowKey).ToList();

        Assert.Equal((2500L, 25L, 100), (Plan.TotalCells, Plan.Blocks, cells.Count));
        Assert.Equal(["000245-000-004", "000245-001-004", "000156-001-000"], cells.Take(3));
        Assert.Equal(2500, Enumerable.Range(0, 25).SelectMany(block => Plan.CellsOf(block)).Distinct().Count());
    }

    [Fact]
    public void An_allocated_block_is_read_as_it_was_written()
    {
        List<CellAddress> cells = [new(245, 0, 4), new(245, 1, 4), new(156, 1, 99)];

        Assert.Equal("000245-000-004 000245-001-004 000156-001-099", AllocatedBlocks.Format(cells));
        Assert.Equal(cells, AllocatedBlocks.Parse(AllocatedBlocks.Format(cells)));
    }

    [Theory]
    [InlineData(EvaluateCell.Name, "EvaluateCell")]
    [InlineData(EvaluateBlock.Name, "EvaluateBlock")]
    [InlineData(JudgeBlock.Name, "JudgeBlock")]
    [InlineData(JudgePair.Name, "JudgePair")]
    [InlineData(RunOrchestration.Name, "RunOrchestration")]
    [InlineData(PrepareRun.Name, "PrepareRun")]
    [InlineData(InterimLook.Name, "InterimLook")]
    [InlineData(AllocateSamples.Name, "AllocateSamples")]
    [InlineData(ReadAllocation.Name, "ReadAllocation")]
    [InlineData(AnalyzeRun.Name, "AnalyzeRun")]
    [InlineData(CompleteRun.Name, "CompleteRun")]
    [InlineData(RunOrchestration.ResumeEvent, "Resume")]
    [InlineData(EvaluateCell.Paused, "paused")]
    [InlineData(EvaluateCell.Cancelled, "cancelled")]
    public void Names_in_histories_never_change(string name, string stored) => Assert.Equal(stored, name);
}
