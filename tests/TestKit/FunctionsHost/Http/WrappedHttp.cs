using System.Text;
using FunctionsEval.TestKit.FunctionsHost.Calls;
using FunctionsEval.TestKit.FunctionsHost.Configuration;
using FunctionsEval.TestKit.FunctionsHost.Handler;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Http;

/// <summary>An HTTP trigger with more bindings than request and response: the request travels as an object, the response is an output.</summary>
internal sealed class WrappedHttp(FunctionInvoker invoker, Func<string> durableClient)
{
    public async Task CallAsync(HttpContext context, FunctionDefinition function)
    {
        var request = await RequestAsync(context.Request, context.RequestAborted);
        var inputs = function.Bindings.Where(binding => binding.IsInput)
            .Select(binding => (binding.Name, (object?)(binding.IsTrigger ? request : durableClient())));
        try
        {
            var result = await invoker.InvokeAsync(new WrappedCall(function, [.. inputs], new BindingData()), context.RequestAborted);
            var output = function.Bindings.First(binding => !binding.IsInput && binding.IsOfType("http"));
            await AnswerAsync(context.Response, output.Name == "$return" ? result.ReturnValue : result.Outputs[output.Name], context.RequestAborted);
        }
        catch (Exception e) when (e is FunctionInvocationException or FunctionTimeoutException)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static async Task<JObject> RequestAsync(HttpRequest from, CancellationToken cancellationToken)
    {
        var request = new JObject
        {
            ["Url"] = from.GetEncodedUrl(),
            ["Method"] = from.Method,
            ["Query"] = new JObject(from.Query.Select(pair => new JProperty(pair.Key, pair.Value.ToString()))),
            ["Headers"] = new JObject(from.Headers.Select(pair => new JProperty(pair.Key, JArray.FromObject(pair.Value.ToArray())))),
            ["Params"] = new JObject(from.RouteValues.Select(pair => new JProperty(pair.Key, pair.Value))),
            ["Identities"] = new JArray(),
        };
        if (from.ContentLength > 0)
        {
            using var reader = new StreamReader(from.Body, Encoding.UTF8);
            request["Body"] = await reader.ReadToEndAsync(cancellationToken);
        }

        return request;
    }

    private static async Task AnswerAsync(HttpResponse response, JToken? output, CancellationToken cancellationToken)
    {
        if (output is not JObject http)
        {
            await response.WriteAsync(output?.ToString(Formatting.None) ?? "", cancellationToken);
            return;
        }

        response.StatusCode = (int?)(http.GetValue("statusCode", StringComparison.OrdinalIgnoreCase) ?? http.GetValue("status", StringComparison.OrdinalIgnoreCase)) ?? 200;
        foreach (var header in (http.GetValue("headers", StringComparison.OrdinalIgnoreCase) as JObject)?.Properties() ?? [])
        {
            response.Headers[header.Name] = (string?)header.Value;
        }

        var body = http.GetValue("body", StringComparison.OrdinalIgnoreCase);
        await response.WriteAsync(body is { Type: JTokenType.String } ? (string)body! : body?.ToString(Formatting.None) ?? "", cancellationToken);
    }
}
