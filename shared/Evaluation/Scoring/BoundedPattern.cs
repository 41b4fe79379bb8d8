using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// Regular expressions that no answer can make run away: matched in time linear in the text where the pattern allows it; patterns with
/// lookarounds or backreferences are matched by backtracking and given up after <see cref="Timeout"/>, several times.
/// </summary>
internal static class BoundedPattern
{
    public static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    // Linear, but with the pattern's size as a factor: nothing short of a hostile pair of pattern and answer takes this long.
    private static readonly TimeSpan LinearTimeout = TimeSpan.FromSeconds(5);

    // The time is a clock's, not the processor's: on a busy machine a match may pass it without having run.
    private const int Attempts = 3;

    public static string TimeoutReason { get; } = "The pattern took too long on this answer.";

    // A pattern is checked when its definition is read and used when its run starts; compiling it twice is felt in the time of a short run.
    private const int Remembered = 64;
    private static readonly ConcurrentDictionary<(string Pattern, bool IgnoreCase), Regex> Compiled = new();

    /// <exception cref="ArgumentException">The pattern is not a regular expression.</exception>
    public static Regex Compile(string pattern, bool ignoreCase)
    {
        if (Compiled.Count > Remembered)
        {
            Compiled.Clear();
        }

        return Compiled.GetOrAdd((pattern, ignoreCase), static asked => New(asked.Pattern, asked.IgnoreCase));
    }

    private static Regex New(string pattern, bool ignoreCase)
    {
        var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking, LinearTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, options, Timeout);
        }
    }

    /// <exception cref="RegexMatchTimeoutException">Every attempt took too long.</exception>
    public static Match MatchPatiently(this Regex pattern, string text, int start = 0) => Patiently(() => pattern.Match(text, start));

    internal static T Patiently<T>(Func<T> match)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return match();
            }
            catch (RegexMatchTimeoutException) when (attempt < Attempts)
            {
            }
        }
    }
}
