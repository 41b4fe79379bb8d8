namespace FunctionsEval.SelfTests;

/// <summary>A data folder that is gone afterwards.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("functionseval-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
