namespace FunctionsEval.Definitions;

/// <summary>Files that a definition or a configuration names. What could be read without end, or is not there, is told before it is opened.</summary>
internal static class RegularFile
{
    /// <summary>Why there is nothing to read, as "... is a folder"; null when there is a file. A pipe that nobody writes to would be waited for at its opening.</summary>
    public static string? Problem(string path)
    {
        if (Directory.Exists(path))
        {
            return "is a folder; name a file in it";
        }

        var file = new FileInfo(path);
        return !file.Exists ? $"does not exist: {file.FullName}"
            : file.Length == 0 ? "is empty, or a device or a pipe; it must be a regular file with something in it"
            : null;
    }
}
