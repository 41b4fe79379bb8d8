using System.Globalization;

namespace FunctionsEval.Local;

/// <summary>
/// The limit on open files of this process (ulimit -n). At the limit the runtime cannot load its own libraries, and aborts, so the limit is
/// looked at before it is met.
/// </summary>
internal static class OpenFiles
{
    /// <summary>What the libraries, the store and a server take, with a few calls beside them.</summary>
    public const int Least = 320;

    /// <summary>Measured: 190 of a command, 250 of a server; each library is open twice.</summary>
    private const int Reserved = 256;

    /// <summary>A call holds one connection; a run may call two models or three, and the store opens a few files more for readers.</summary>
    private const int FilesPerCall = 3;

    /// <summary>Null where there is no limit, or none that can be read.</summary>
    public static long? Limit()
    {
        try
        {
            // "Max open files            1024                 1048576              files": the first is the limit that counts (man 5 proc).
            const string name = "Max open files";
            var line = OperatingSystem.IsLinux() ? File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) : null;
            var value = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return long.TryParse(value, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>How many calls of a model may be under way at once.</summary>
    public static int MostCalls(long limit) => (int)Math.Clamp((limit - Reserved) / FilesPerCall, 1, int.MaxValue);

    /// <summary>Says that the limit is too low for anything; null when it is not.</summary>
    public static string? Problem() => Limit() is { } limit and < Least
        ? string.Create(CultureInfo.InvariantCulture, $"the limit on open files is {limit}, and the program needs at least {Least}: raise it, for example with `ulimit -n 1024`.")
        : null;
}
