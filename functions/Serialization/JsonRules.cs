using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FunctionsEval.Serialization;

/// <summary>The rules of all JSON: HTTP bodies, queue messages, stored rows and inputs of activities. Each slice has a context of its own types.</summary>
internal static class JsonRules
{
    /// <summary>For the context of a slice. Text stays as it was written: a transcript in Chinese would be three times as long in \u escapes.</summary>
    public static JsonSerializerOptions NewOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The same with names in snake_case, and without fields that hold nothing.</summary>
    public static JsonSerializerOptions NewSnakeCaseOptions()
    {
        var options = NewOptions();
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        return options;
    }

    /// <summary>Contexts whose names are in snake_case whatever the options say that they are asked with.</summary>
    public static IJsonTypeInfoResolver InSnakeCase(params IJsonTypeInfoResolver[] contexts) => JsonTypeInfoResolver.Combine(contexts).WithAddedModifier(static type =>
    {
        foreach (var property in type.Kind == JsonTypeInfoKind.Object ? type.Properties : [])
        {
            property.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        }
    });

    /// <summary>An enum member as it stands in JSON and in tables.</summary>
    public static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>
    /// The rules for requests, set on the options that minimal APIs really use: unknown properties and nulls for what may not be
    /// null are errors, not silence.
    /// </summary>
    public static void ApplyRequestRules(JsonSerializerOptions options, IJsonTypeInfoResolver contexts)
    {
        options.TypeInfoResolverChain.Insert(0, contexts);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
    }
}

/// <summary>Enum members as snake_case text.</summary>
internal sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower)
    where TEnum : struct, Enum;
