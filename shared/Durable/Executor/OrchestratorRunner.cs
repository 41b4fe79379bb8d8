using FunctionsEval.Durable.Protocol;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Durable.Executor;

/// <summary>Answers one orchestrator call of the Durable Task extension: the whole history in, actions out.</summary>
public static class OrchestratorRunner
{
    public static OrchestratorResponse Run(
        OrchestratorRequest request, DurableTaskRegistry registry, JsonDataConverter converter, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = new OrchestratorResponse { InstanceId = request.InstanceId };
        if (request.Properties.TryGetValue("IncludeState", out var includesState) && !includesState.BoolValue)
        {
            response.RequiresHistory = true;
            return response;
        }

        var execution = new OrchestrationExecution(registry, converter, loggers, request.InstanceId);
        execution.Replay(request.PastEvents);
        var result = execution.Run(request.NewEvents);
        response.Actions.AddRange(result.Actions);
        response.CustomStatus = result.CustomStatus;
        return response;
    }
}
