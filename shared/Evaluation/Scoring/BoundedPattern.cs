using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// Regular expressions that no answer can make run away: matched in time linear in the text where the pattern allows it; patterns with
/// lookarounds or backreferences are matched by backtracking and given up after <see cref="Timeout"/>.
/// </summary>
internal static class BoundedPattern
{
    public static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    public static string TimeoutReason { get; } = $"The pattern took longer than {Timeout.TotalMilliseconds:N0} ms on this answer.";

    /// <exception cref="ArgumentException">The pattern is not a regular expression.</exception>
    public static Regex Compile(string pattern, bool ignoreCase)
    {
        var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking, Timeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, options, Timeout);
        }
    }
}
