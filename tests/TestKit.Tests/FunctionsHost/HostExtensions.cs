using FunctionsEval.TestKit.FunctionsHost;
using FunctionsEval.TestKit.FunctionsHost.Durable;

namespace FunctionsEval.TestKit.Tests.FunctionsHost;

internal static class HostExtensions
{
    public static async Task<OrchestrationSnapshot> EndAsync(this FunctionsHostDouble host, string instanceId)
    {
        try
        {
            await Eventually.TrueAsync(
                () => host.Durable.Find(instanceId) is { IsFinished: true }, $"the end of '{instanceId}'", cancellationToken: TestContext.Current.CancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{host.Durable.Find(instanceId)}\n{host.Log}", e);
        }

        return host.Durable.Find(instanceId)!;
    }

    public static Task<OrchestrationSnapshot> RunAsync(this FunctionsHostDouble host, string name, string? input = null) =>
        host.EndAsync(host.Durable.Start(name, input));
}
