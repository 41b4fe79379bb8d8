using FunctionsEval.Agents.Artefacts;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Proposals;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>The parts that a review is made of, over a store and on a clock that the test chooses. The store is the test's.</summary>
internal sealed class AgentParts : IDisposable
{
    public AgentParts(IEntityStore entities, TimeProvider clock, AgentThresholds? thresholds = null, PipelineStorageQueue? queue = null)
    {
        var settings = thresholds ?? AgentThresholds.Standard;
        (Runs, Cells, Findings, Tasks) = (new RunStore(entities), new CellLedger(entities, clock), new FindingStore(entities), new TaskStore(entities));
        Goals = new GoalStore(entities, settings, clock);
        ProposalStore = new ProposalStore(entities);
        Record = new RecordMetrics(Tasks, Goals, clock);
        Review = new Review(
            Tasks, Goals, new ArtefactStore(entities), new RunReview(Runs, Cells, Findings, queue), new ReviewRules(settings), Findings,
            new FindingsWebhook(settings, entities, NullLogger<FindingsWebhook>.Instance), new MakeProposals(ProposalStore, Tasks, Findings, settings, clock).ProposeAsync,
            RunExecutor.FunctionApp, clock, NullLogger<Review>.Instance);
    }

    public RunStore Runs { get; }

    public CellLedger Cells { get; }

    public FindingStore Findings { get; }

    public TaskStore Tasks { get; }

    public GoalStore Goals { get; }

    public ProposalStore ProposalStore { get; }

    public RecordMetrics Record { get; }

    public Review Review { get; }

    public void Dispose() => Tasks.Dispose();
}
