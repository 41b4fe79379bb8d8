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

    /// <summary>Reads the JSON of a 200.</summary>
    AnswerReading Read(JsonElement body);
}

/// <summary>What the JSON of a 200 holds: an answer, the vendor's own failure in an answer's place, or nothing of this format.</summary>
internal readonly record struct AnswerReading(ModelAnswer? Answer, ErrorBody? Failure)
{
    public static implicit operator AnswerReading(ModelAnswer answer) => new(answer, null);

    public static AnswerReading Failed(string message, string? code = null) => new(null, new ErrorBody(message, code, null, null));

    public static AnswerReading Failed(ErrorBody error) => new(null, error);
}
