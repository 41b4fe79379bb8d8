using FunctionsEval.Agents.Artefacts;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Proposals;
using FunctionsEval.Agents.Queue;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Status;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Variants;
using FunctionsEval.Runs.Orchestration;

namespace FunctionsEval.Agents;

/// <summary>Everything about agents: their tasks, what is measured of them, and what is to be done about it.</summary>
internal static class AgentsApi
{
    public static IServiceCollection AddAgents(this IServiceCollection services) => services
        .AddSingleton<TaskStore>()
        .AddSingleton<TaskOrder>()
        .AddSingleton<TaskQueue>()
        .AddSingleton<RecordMetrics>()
        .AddSingleton<RunTasks>()
        .AddSingleton<TaskMetrics>()
        .AddSingleton<ArtefactStore>()
        .AddSingleton<CheckArtefact>()
        .AddSingleton<ProposalStore>()
        .AddSingleton<MakeProposals>()
        .AddSingleton<ProposeTasks>(parts => parts.GetRequiredService<MakeProposals>().ProposeAsync)
        .AddSingleton<GoalStore>()
        .AddSingleton<CompareVariants>()
        .AddSingleton<AssignVariant>()
        .AddSingleton<FindingStore>()
        .AddSingleton<FindingsWebhook>()
        .AddSingleton<ReviewRules>()
        .AddSingleton<RunReview>()
        .AddSingleton<Review>()
        .AddSingleton<MakeReview>(parts => parts.GetRequiredService<Review>().RunAsync)
        .AddSingleton<MakeStatusReport>();

    public static void MapAgents(this IEndpointRouteBuilder api)
    {
        var agent = api.MapGroup("/agent");
        agent.MapTasks();
        agent.MapMetrics();
        agent.MapArtefacts();
        agent.MapGoals();
        agent.MapProposals();
        agent.MapVariants();
        agent.MapFindings();
        agent.MapStatus();
    }
}
