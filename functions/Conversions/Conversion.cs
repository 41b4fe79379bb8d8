using System.Text.Json.Nodes;

namespace FunctionsEval.Conversions;

/// <summary>A definition in the making, out of a file of another tool, and what that file asks for and a definition cannot say.</summary>
internal sealed class Conversion
{
    private readonly List<string> _leftOut = [];
    private readonly List<string> _notes = [];

    public JsonObject Definition { get; } = [];

    /// <summary>How many variants it compares, once they are there.</summary>
    public int Variants => (Definition["variants"] as JsonArray)?.Count ?? ((Definition["models"] as JsonArray)?.Count ?? 0) * ((Definition["prompts"] as JsonArray)?.Count ?? 1);

    /// <summary>Each thing once, in the order in which they were met.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>What was carried over and does not mean quite the same.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Variables whose value is the path of an image.</summary>
    public HashSet<string> ImageVariables { get; } = new(StringComparer.Ordinal);

    public void LeaveOut(string what) => AddOnce(_leftOut, what);

    public void Note(string what) => AddOnce(_notes, what);

    private static void AddOnce(List<string> list, string what)
    {
        if (!list.Contains(what))
        {
            list.Add(what);
        }
    }
}

/// <summary>The file cannot be converted at all; the message is a sentence.</summary>
internal sealed class ConversionException(string message) : Exception(message);
