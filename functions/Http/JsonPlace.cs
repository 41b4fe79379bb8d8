using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Http;

/// <summary>Follows a reader through its text, so that the place of a token can be told as a path, such as <c>scorers[0].value</c>.</summary>
internal ref struct JsonPlace(ReadOnlySpan<byte> utf8)
{
    private readonly ReadOnlySpan<byte> _utf8 = utf8;
    private readonly Level[] _levels = new Level[JsonText.MaxDepth + 2];
    private int _depth;
    private bool _isOpening;

    /// <summary>How many lists and objects lie around the value, itself included.</summary>
    public readonly int Depth => _depth;

    /// <summary>How many entries the list or object around the token has so far.</summary>
    public readonly int Entries => _levels[Parent].Count;

    /// <summary>The path of the list or object around the token.</summary>
    public readonly string Outer => PathTo(Parent - 1);

    // The level that the token is an entry of; what a token opens is a level of its own.
    private readonly int Parent => _depth - (_isOpening ? 1 : 0);

    /// <summary>Takes in the token that the reader has come to.</summary>
    public void Enter(ref Utf8JsonReader reader)
    {
        _isOpening = false;
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                // A name is quoted, and the reader gives it as it was written.
                var start = (int)reader.TokenStartIndex + 1;
                _levels[_depth] = new Level(IsList: false, _levels[_depth].Count + 1, start, reader.ValueSpan.Length);
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                _depth--;
                break;
            default:
                if (_levels[_depth].IsList)
                {
                    _levels[_depth] = _levels[_depth] with { Count = _levels[_depth].Count + 1 };
                }

                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    _levels[++_depth] = new Level(reader.TokenType == JsonTokenType.StartArray, 0, 0, 0);
                    _isOpening = true;
                }

                break;
        }
    }

    /// <summary>The path of the token.</summary>
    public readonly string Path => PathTo(Parent);

    // Level 0 is outside of the document's own value.
    private readonly string PathTo(int last)
    {
        var path = new StringBuilder();
        foreach (var level in _levels.AsSpan(1, Math.Max(0, last)))
        {
            if (level.IsList)
            {
                path.Append(CultureInfo.InvariantCulture, $"[{level.Count - 1}]");
            }
            else
            {
                path.Append(path.Length == 0 ? "" : ".").Append(Excerpt.Of(_utf8.Slice(level.NameStart, level.NameLength)));
            }
        }

        return path.Length == 0 ? "The body" : path.ToString();
    }

    private readonly record struct Level(bool IsList, int Count, int NameStart, int NameLength);
}
