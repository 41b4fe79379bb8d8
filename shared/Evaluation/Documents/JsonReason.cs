using System.Text.Json;

namespace FunctionsEval.Evaluation.Documents;

/// <summary>Why a text is not JSON, in the runtime's words.</summary>
public static class JsonReason
{
    // Anything longer quotes the text.
    private const int LongestReason = 160;

    private static readonly string[] Places = [" Path: ", " LineNumber: "];

    public static string Of(JsonException problem)
    {
        // The runtime appends "Path: $ | LineNumber: 3 | BytePositionInLine: 7.", from 0, which would contradict our line, and quotes a word
        // that it does not know with all the rest of the document.
        var reason = problem.Message.Split(Places, StringSplitOptions.None)[0];
        return reason.Length <= LongestReason ? reason : "it holds a word that is no JSON value.";
    }
}
