using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using FunctionsEval.Durable.Protocol;
using FunctionsEval.TestKit.FunctionsHost;
using Google.Protobuf;

namespace FunctionsEval.TestKit.Tests.FunctionsHost;

/// <summary>The gRPC endpoint, called with generated messages over plain HTTP/2.</summary>
public sealed class Using_the_sidecar : IDisposable
{
    private readonly ScriptRoot _root = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task An_instance_is_started_read_and_sent_an_event()
    {
        await using var host = await _root.StartAsync();
        await CallAsync(host, "Hello", []);

        var started = CreateInstanceResponse.Parser.ParseFrom((await CallAsync(
            host, "StartInstance", new CreateInstanceRequest { InstanceId = "one", Name = "Collects", Input = "5" }.ToByteArray())).Message);
        var before = await GetAsync(host, "one");
        await CallAsync(host, "RaiseEvent", new RaiseEventRequest { InstanceId = "one", Name = "Number", Input = "5" }.ToByteArray());
        var ended = GetInstanceResponse.Parser.ParseFrom((await CallAsync(
            host, "WaitForInstanceCompletion", new GetInstanceRequest { InstanceId = "one", GetInputsAndOutputs = true }.ToByteArray())).Message);

        Assert.Equal("one", started.InstanceId);
        Assert.True(before.Exists);
        Assert.Equal("Collects", before.OrchestrationState.Name);
        Assert.Null(before.OrchestrationState.Input);
        Assert.Equal((OrchestrationStatus.Completed, "5", "10"), (ended.OrchestrationState.OrchestrationStatus, ended.OrchestrationState.Input, ended.OrchestrationState.Output));
        Assert.InRange(ended.OrchestrationState.LastUpdatedTimestamp.ToDateTime(), ended.OrchestrationState.CreatedTimestamp.ToDateTime(), DateTime.MaxValue);
    }

    [Fact]
    public async Task Refusals_come_as_status_in_the_trailers()
    {
        await using var host = await _root.StartAsync();
        var request = new CreateInstanceRequest { InstanceId = "one", Name = "Collects", Input = "5" }.ToByteArray();
        await CallAsync(host, "StartInstance", request);

        Assert.Equal("6", (await CallAsync(host, "StartInstance", request)).Status);
        Assert.Equal("13", (await CallAsync(host, "StartInstance", new CreateInstanceRequest { Name = "Nobody" }.ToByteArray())).Status);
        Assert.Equal("13", (await CallAsync(host, "StartInstance", new CreateInstanceRequest { Name = "Collects", InstanceId = "a/b" }.ToByteArray())).Status);
        Assert.Equal("5", (await CallAsync(host, "RaiseEvent", new RaiseEventRequest { InstanceId = "two", Name = "Number" }.ToByteArray())).Status);
        Assert.Equal("0", (await CallAsync(host, "TerminateInstance", new TerminateRequest { InstanceId = "one", Output = "\"over\"" }.ToByteArray())).Status);
        await host.EndAsync("one");
        Assert.Equal("9", (await CallAsync(host, "RaiseEvent", new RaiseEventRequest { InstanceId = "one", Name = "Number" }.ToByteArray())).Status);
        Assert.Equal("0", (await CallAsync(host, "StartInstance", request)).Status);
        Assert.Equal("12", (await CallAsync(host, "RewindInstance", [])).Status);
        Assert.Equal("13", (await CallAsync(host, "GetInstance", [0x0A, 0x20])).Status);
        Assert.False((await GetAsync(host, "two")).Exists);
    }

    private static async Task<GetInstanceResponse> GetAsync(FunctionsHostDouble host, string id) =>
        GetInstanceResponse.Parser.ParseFrom((await CallAsync(host, "GetInstance", new GetInstanceRequest { InstanceId = id }.ToByteArray())).Message);

    private static async Task<(string Status, byte[] Message)> CallAsync(FunctionsHostDouble host, string method, byte[] message)
    {
        using var client = new HttpClient();
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.SidecarAddress, $"TaskHubSidecarService/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var answer = await client.SendAsync(request, Cancel);
        var body = await answer.Content.ReadAsByteArrayAsync(Cancel);
        return (Assert.Single(answer.TrailingHeaders.GetValues("grpc-status")), body.Length > 5 ? body[5..] : []);
    }
}
