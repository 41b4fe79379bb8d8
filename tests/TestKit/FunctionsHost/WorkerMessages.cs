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

    public static byte[] Write(string kind, JsonObject content) =>
        JsonParser.Default.Parse(new JsonObject { ["requestId"] = "r", [kind] = content }.ToJsonString(), Message).ToByteArray();
}

/// <summary>How a call of a function ended: the worker's answer, which is empty when the worker went away.</summary>
public sealed record InvocationEnd(JsonObject Response)
{
    public bool IsLost => Response.Count == 0;

    public bool Succeeded => (string?)Response["result"]?["status"] == "Success";

    /// <summary>The exception of a function that failed, as text.</summary>
    public string Error => (string?)Response["result"]?["exception"]?["message"] ?? "";

    /// <summary>The text that the function returned; null when it returned something else.</summary>
    public string? Text => (string?)Response["returnValue"]?["string"];

    /// <summary>What it returned, as JSON; null when it returned nothing.</summary>
    public string? Json => (string?)Response["returnValue"]?["json"] ?? Response["returnValue"]?["string"]?.ToJsonString();
}
