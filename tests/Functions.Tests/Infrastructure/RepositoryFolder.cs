using System.Runtime.CompilerServices;

namespace FunctionsEval.Functions.Tests.Infrastructure;

internal static class RepositoryFolder
{
    public static string Path { get; } = Find();

    private static string Find([CallerFilePath] string file = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, "../../.."));
}
