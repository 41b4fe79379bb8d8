using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>
/// The messages between host and worker, as JSON. Their classes are internal to the worker's package, but their description reads and
/// writes them, so that no copy of the protocol is needed. JSON leaves out what has its default value.
/// </summary>
internal static class WorkerMessages
{
    private static readonly MessageDescriptor Message = ((FileDescriptor)Assembly.Load("Microsoft.Azure.Functions.Worker.Grpc")
        .GetType("Microsoft.Azure.Functions.Worker.Grpc.Messages.FunctionRpcReflection", throwOnError: true)!
        .GetProperty("Descriptor")!.GetValue(null)!).FindTypeByName<MessageDescriptor>("StreamingMessage");

    public static JsonObject Read(byte[] message) => JsonNode.Parse(JsonFormatter.Default.Format(Message.Parser.ParseFrom(message)))!.AsObject();

    public static byte[] Write(JsonObject message) => JsonParser.Default.Parse(message.ToJsonString(), Message).ToByteArray();
}
