using System.Buffers;
using System.Text.Json;

namespace FunctionsEval.Providers.Simulator;

/// <summary>Reads the body of a request in one pass; throws <see cref="JsonException"/> or <see cref="InvalidOperationException"/> when it is not one.</summary>
internal ref struct SimulatedRequestParser
{
    private string _model;
    private ulong _prompt;
    private ulong _scene;
    private bool _hasScene;
    private int _messages;
    private int _bytes;
    private int? _maxTokens;
    private bool _json;
    private bool _triage;
    private bool _stream;
    private string? _effort;
    private bool _hasTemperature;
    private string? _tokensName;

    /// <param name="model">From the URL, in the format that has it there.</param>
    public SimulatedRequestParser(string? model) => _model = model ?? "";

    public SimulatedRequest Parse(in ReadOnlySequence<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("an object is expected");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadProperty(ref reader);
        }

        var problem = this switch
        {
            { _model: "" } => "you must provide a model parameter",
            { _messages: 0 } => "'messages' must hold at least one message",
            { _maxTokens: < 1 } => $"'max_tokens' is {_maxTokens}, but must be at least 1",
            { _stream: true } => "'stream' is true, but this server does not stream",
            _ => null,
        };
        return new SimulatedRequest(_model, _prompt, _scene, _bytes, _maxTokens, _json, _effort, _hasTemperature, _tokensName, problem, _triage);
    }

    private void ReadProperty(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("model"u8))
        {
            reader.Read();
            _model = reader.GetString() ?? "";
        }
        else if (reader.ValueTextEquals("messages"u8) || reader.ValueTextEquals("input"u8) || reader.ValueTextEquals("contents"u8))
        {
            ReadMessages(ref reader);
        }
        else if (reader.ValueTextEquals("system"u8) || reader.ValueTextEquals("systemInstruction"u8))
        {
            reader.Read();
            Add("system"u8, ReadContent(ref reader));
        }
        else if (reader.ValueTextEquals("generationConfig"u8) || reader.ValueTextEquals("reasoning"u8)
            || reader.ValueTextEquals("output_config"u8) || reader.ValueTextEquals("thinkingConfig"u8))
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadProperty(ref reader);
            }
        }
        else if (reader.ValueTextEquals("reasoning_effort"u8) || reader.ValueTextEquals("effort"u8) || reader.ValueTextEquals("thinkingLevel"u8))
        {
            reader.Read();
            _effort = reader.GetString();
        }
        else if (reader.ValueTextEquals("temperature"u8))
        {
            reader.Read();
            _hasTemperature = reader.TokenType == JsonTokenType.Number;
        }
        else if (TokensName(reader) is { } name)
        {
            reader.Read();
            _tokensName = name;
            _maxTokens = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt32();
        }
        else if (reader.ValueTextEquals("stream"u8))
        {
            reader.Read();
            _stream = reader.TokenType == JsonTokenType.True;
        }
        else
        {
            reader.Read();
            reader.Skip();
        }
    }

    private static string? TokensName(in Utf8JsonReader reader) =>
        reader.ValueTextEquals("max_tokens"u8) ? "max_tokens"
        : reader.ValueTextEquals("max_completion_tokens"u8) ? "max_completion_tokens"
        : reader.ValueTextEquals("max_output_tokens"u8) || reader.ValueTextEquals("maxOutputTokens"u8) ? "max_output_tokens"
        : null;

    private void ReadMessages(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("'messages' must be an array");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadMessage(ref reader);
            _messages++;
        }
    }

    private void ReadMessage(ref Utf8JsonReader reader)
    {
        var role = "user"u8;
        ulong text = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("role"u8))
            {
                reader.Read();
                role = reader.ValueTextEquals("user"u8) ? "user"u8 : reader.ValueTextEquals("system"u8) ? "system"u8 : "assistant"u8;
            }
            else if (reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("parts"u8))
            {
                reader.Read();
                text = ReadContent(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        Add(role, text);
    }

    private void Add(ReadOnlySpan<byte> role, ulong text)
    {
        _prompt = StableHash.Combine(StableHash.Combine(_prompt, StableHash.Of(role, 2)), text);
        if (role.SequenceEqual("user"u8) && !_hasScene)
        {
            _scene = text;
            _hasScene = true;
        }
    }

    private ulong ReadContent(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return ReadText(ref reader);
        }

        ulong text = 0;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            // Gemini's systemInstruction: an object around the parts.
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                reader.Read();
                text = reader.TokenType == JsonTokenType.StartArray ? ReadContent(ref reader) : text;
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isText = reader.ValueTextEquals("text"u8);
                    reader.Read();
                    if (isText && reader.TokenType == JsonTokenType.String)
                    {
                        // One text part hashes like the same text as a plain string.
                        var part = ReadText(ref reader);
                        text = text == 0 ? part : StableHash.Combine(text, part);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
        }

        return text;
    }

    private ulong ReadText(ref Utf8JsonReader reader)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Length(reader));
        var text = buffer.AsSpan(0, reader.CopyString(buffer));
        var hash = StableHash.Of(text, 1);
        _bytes += text.Length;
        _json = _json || HasWordJson(text);
        _triage = _triage || text.IndexOf(SimulatedTriage.Marker) >= 0;
        ArrayPool<byte>.Shared.Return(buffer);
        return hash;
    }

    private static int Length(in Utf8JsonReader reader) => reader.HasValueSequence ? (int)reader.ValueSequence.Length : reader.ValueSpan.Length;

    private static bool HasWordJson(ReadOnlySpan<byte> text)
    {
        for (var from = 0; text[from..].IndexOfAny((byte)'j', (byte)'J') is var at and >= 0; from += at + 1)
        {
            var start = from + at;
            if (text.Length - start >= 4
                && System.Text.Ascii.EqualsIgnoreCase(text.Slice(start, 4), "json"u8)
                && (start == 0 || !char.IsAsciiLetter((char)text[start - 1]))
                && (text.Length - start == 4 || !char.IsAsciiLetter((char)text[start + 4])))
            {
                return true;
            }
        }

        return false;
    }
}
