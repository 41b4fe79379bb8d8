using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FunctionsEval.TestKit.FunctionsHost.Configuration;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Calls;

/// <summary>A call of a function that is not raw HTTP: <c>{"Data":{...},"Metadata":{...}}</c> to the function's name.</summary>
internal sealed class WrappedCall(FunctionDefinition function, IReadOnlyList<(string Name, object? Value)> inputs, BindingData data)
{
    public FunctionDefinition Function => function;

    public JObject? RetryContext { get; init; }

    public WrappedCall Again(int retries, int max, Exception reason) => new(function, inputs, data)
    {
        RetryContext = new JObject { ["MaxRetryCount"] = max, ["RetryCount"] = retries, ["Exception"] = JObject.FromObject(new { reason.Message }) },
    };

    public JObject Body(Guid invocation, DateTimeOffset now)
    {
        var sys = new JObject { ["MethodName"] = function.Name, ["UtcNow"] = now.UtcDateTime, ["RandGuid"] = invocation };
        var metadata = new JObject { ["sys"] = sys };
        foreach (var (name, value) in data.Values.Where(entry => !entry.Key.EndsWith("trigger", StringComparison.OrdinalIgnoreCase)))
        {
            metadata[name] = BindingValue.Encode(value);
        }

        if (RetryContext is { } retry)
        {
            metadata[nameof(RetryContext)] = retry;
        }

        return new JObject
        {
            ["Data"] = new JObject(inputs.Select(input => new JProperty(input.Name, BindingValue.Encode(input.Value)))),
            ["Metadata"] = metadata,
        };
    }

    public HttpContent Content(Guid invocation, DateTimeOffset now) => new ChunkedJson(Body(invocation, now).ToString(Formatting.None));

    /// <summary>The host serialises into the stream: there is never a Content-Length.</summary>
    private sealed class ChunkedJson : HttpContent
    {
        private readonly string _json;

        public ChunkedJson(string json)
        {
            _json = json;
            Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            stream.WriteAsync(Encoding.UTF8.GetBytes(_json)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
