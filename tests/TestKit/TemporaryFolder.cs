namespace FunctionsEval.TestKit;

/// <summary>A folder of its own for one test, removed at the end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("functionseval-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A child process that is still ending may hold a file; the system cleans its temporary folder.
        }
    }
}
