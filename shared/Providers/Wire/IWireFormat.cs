using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

/// <summary>How one vendor writes a request and an answer. Error bodies are read alike for all (<see cref="ErrorBodyReader"/>).</summary>
internal interface IWireFormat
{
    /// <summary>What this format calls an answer, for messages.</summary>
    string AnswerName { get; }

    string RequestIdHeader { get; }

    /// <summary>Writes the body of a request: one JSON object.</summary>
    void Write(Utf8JsonWriter json, ModelRequest request);

    /// <summary>Reads the JSON of a 200; null when it is not an answer of this format.</summary>
    ModelAnswer? Read(JsonElement body);
}
