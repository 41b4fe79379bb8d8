using FunctionsEval.TestKit.FunctionsHost.Durable.Wire;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>OrchestrationState and its kin, as the sidecar service sends them.</summary>
internal static class SidecarMessages
{
    public static void WriteInstance(WireWriter writer, OrchestrationSnapshot? instance, bool withInputsAndOutputs)
    {
        if (instance is not null)
        {
            writer.Flag(1, true).Message(2, state => WriteState(state, instance, withInputsAndOutputs));
        }
    }

    public static void WriteState(WireWriter state, OrchestrationSnapshot instance, bool withInputsAndOutputs)
    {
        state.Text(1, instance.InstanceId).Text(2, instance.Name).Number(4, (int)instance.Status)
            .Time(6, instance.Created).Time(7, instance.LastUpdated)
            .Wrapped(8, withInputsAndOutputs ? instance.Input : null)
            .Wrapped(9, withInputsAndOutputs ? instance.Output : null)
            .Wrapped(10, withInputsAndOutputs ? instance.CustomStatus : null);
        if (instance.Failure is { } failure && withInputsAndOutputs)
        {
            state.Message(11, failure.Write);
        }

        state.Wrapped(12, instance.ExecutionId).Wrapped(14, instance.ParentInstanceId);
    }
}
