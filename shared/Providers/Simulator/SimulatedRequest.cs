using System.Buffers;
using System.Text.Json;

namespace FunctionsEval.Providers.Simulator;

/// <summary>What the simulator needs of a chat completion request, read in one pass without keeping the prompt.</summary>
internal readonly record struct SimulatedRequest(
    string Model, ulong Prompt, ulong Scene, int PromptBytes, int? MaxTokens, bool WantsJson, string? Problem = null, bool WantsTriage = false)
{
    public static SimulatedRequest Read(in ReadOnlySequence<byte> body)
    {
        try
        {
            return new Parser().Parse(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new SimulatedRequest("", 0, 0, 0, null, false, $"We could not parse the JSON body of your request: {e.Message}");
        }
    }

    private ref struct Parser
    {
        private string _model = "";
        private ulong _prompt;
        private ulong _scene;
        private bool _hasScene;
        private int _messages;
        private int _bytes;
        private int? _maxTokens;
        private bool _json;
        private bool _triage;
        private bool _stream;

        public Parser()
        {
        }

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
            return new SimulatedRequest(_model, _prompt, _scene, _bytes, _maxTokens, _json, problem, _triage);
        }

        private void ReadProperty(ref Utf8JsonReader reader)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                _model = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("messages"u8))
            {
                ReadMessages(ref reader);
            }
            else if (reader.ValueTextEquals("max_tokens"u8) || reader.ValueTextEquals("max_completion_tokens"u8))
            {
                reader.Read();
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
            ulong role = 0;
            var isUser = false;
            ulong text = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("role"u8))
                {
                    reader.Read();
                    isUser = reader.ValueTextEquals("user"u8);
                    role = HashString(ref reader);
                }
                else if (reader.ValueTextEquals("content"u8))
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

            _prompt = StableHash.Combine(StableHash.Combine(_prompt, role), text);
            if (isUser && !_hasScene)
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
            if (reader.TokenType == JsonTokenType.StartArray)
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

        private static ulong HashString(ref Utf8JsonReader reader)
        {
            Span<byte> buffer = stackalloc byte[64];
            return Length(reader) > buffer.Length ? 0 : StableHash.Of(buffer[..reader.CopyString(buffer)], 2);
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
}
