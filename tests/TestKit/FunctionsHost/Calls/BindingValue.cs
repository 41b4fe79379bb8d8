using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Calls;

/// <summary>
/// How the host puts a value into <c>Data</c> and <c>Metadata</c>: bytes as base64, dates as dates, objects as objects; all else, a plain
/// string too, is made JSON text first and sent as a string of that text.
/// </summary>
public static class BindingValue
{
    public static JToken Encode(object? value) => value switch
    {
        JObject json => json,
        byte[] bytes => Convert.ToBase64String(bytes),
        DateTime or DateTimeOffset => new JValue(value),
        _ => JsonConvert.SerializeObject(value),
    };
}
