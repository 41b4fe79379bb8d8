using FunctionsEval.TestKit.FunctionsHost.Durable.Wire;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>The methods of TaskHubSidecarService: a request in, a response out, or a refusal.</summary>
internal sealed class SidecarService(DurableExtension durable)
{
    public async Task<WireWriter> CallAsync(string method, WireMessage request, CancellationToken cancellationToken)
    {
        var response = new WireWriter();
        switch (method)
        {
            case "Hello":
                break;
            case "StartInstance":
                // The extension takes name, id and input; tags, versions and reuse policies only in its newer releases.
                response.Text(1, durable.Start(request.Text(2), request.Wrapped(4), request.Text(1), request.Wrapped(3), request.Time(5)));
                break;
            case "GetInstance":
                SidecarMessages.WriteInstance(response, durable.Find(request.Text(1)), request.Flag(2));
                break;
            case "WaitForInstanceStart":
                await WaitAsync(response, request, instance => instance.Status != OrchestrationStatus.Pending, cancellationToken);
                break;
            case "WaitForInstanceCompletion":
                await WaitAsync(response, request, instance => instance.IsFinished, cancellationToken);
                break;
            case "RaiseEvent":
                durable.RaiseEvent(request.Text(1), request.Text(2), request.Wrapped(3));
                break;
            case "TerminateInstance":
                durable.Terminate(request.Text(1), request.Wrapped(2));
                break;
            case "SuspendInstance":
                durable.Suspend(request.Text(1), request.Wrapped(2));
                break;
            case "ResumeInstance":
                durable.Resume(request.Text(1), request.Wrapped(2));
                break;
            case "QueryInstances":
                Query(response, request.Find(1));
                break;
            case "PurgeInstances" when request.Has(1):
                response.Number(1, durable.Purge(request.Text(1)) ? 1 : 0);
                break;
            default:
                throw new DurableClientException(GrpcStatus.Unimplemented, $"The double does not play {method}.");
        }

        return response;
    }

    private async Task WaitAsync(WireWriter response, WireMessage request, Func<OrchestrationSnapshot, bool> isThere, CancellationToken cancellationToken)
    {
        await Eventually.TrueAsync(() => durable.Find(request.Text(1)) is not { } instance || isThere(instance), "an instance", TimeSpan.FromMinutes(5), cancellationToken);
        SidecarMessages.WriteInstance(response, durable.Find(request.Text(1)), request.Flag(2));
    }

    /// <summary>InstanceQuery: statuses 1, created from 2 and to 3, page size 5, continuation 6, prefix 7, inputs and outputs 8.</summary>
    private void Query(WireWriter response, WireMessage? query)
    {
        var statuses = query?.Numbers(1) ?? [];
        var prefix = query?.Wrapped(7) ?? "";
        var after = query?.Wrapped(6) ?? "";
        var page = (int)(query?.Number(5) ?? 0);
        var found = durable.Instances
            .Where(instance => statuses.Count == 0 || statuses.Contains((long)instance.Status))
            .Where(instance => instance.InstanceId.StartsWith(prefix, StringComparison.Ordinal))
            .Where(instance => query?.Time(2) is not { } from || instance.Created >= from)
            .Where(instance => query?.Time(3) is not { } to || instance.Created <= to)
            .OrderBy(instance => instance.InstanceId, StringComparer.Ordinal)
            .Where(instance => string.CompareOrdinal(instance.InstanceId, after) > 0)
            .ToList();
        var taken = page > 0 ? found.Take(page).ToList() : found;
        foreach (var instance in taken)
        {
            response.Message(1, state => SidecarMessages.WriteState(state, instance, query?.Flag(8) ?? false));
        }

        response.Wrapped(2, taken.Count < found.Count ? taken[^1].InstanceId : null);
    }
}
