using System.Text.RegularExpressions;

namespace FunctionsEval.Functions.Tests.Infrastructure;

/// <summary>What can be read from a Bicep file without its compiler: declarations at the left margin and the blocks under them.</summary>
internal sealed partial class BicepFile
{
    private BicepFile(string path)
    {
        Path = path;
        Text = Comment().Replace(File.ReadAllText(path), "");
        Parameters = Declared().Matches(Text).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["default"].Success, StringComparer.Ordinal);
        Outputs = [.. Output().Matches(Text).Select(match => match.Groups["name"].Value)];
        ResourceTypes = [.. Resource().Matches(Text).Select(match => match.Groups["type"].Value)];
        Loaded = [.. Load().Matches(Text).Select(match => Beside(match.Groups["path"].Value))];
        Modules = [.. Module().Matches(Text).Select(match => new BicepModule(
            match.Groups["name"].Value, Beside(match.Groups["path"].Value), [.. Given().Matches(match.Groups["params"].Value).Select(given => given.Groups["name"].Value)]))];
    }

    public string Path { get; }

    /// <summary>Without comments.</summary>
    public string Text { get; }

    /// <summary>True for those with a default.</summary>
    public IReadOnlyDictionary<string, bool> Parameters { get; }

    public IReadOnlyList<string> Outputs { get; }

    /// <summary>With the API version.</summary>
    public IReadOnlyList<string> ResourceTypes { get; }

    public IReadOnlyList<string> Loaded { get; }

    public IReadOnlyList<BicepModule> Modules { get; }

    public static string Folder => System.IO.Path.Combine(RepositoryFolder.Path, "infra");

    public static BicepFile Main => Read(System.IO.Path.Combine(Folder, "main.bicep"));

    public static BicepFile Read(string path) => new(path);

    public static IEnumerable<BicepFile> All => Directory.EnumerateFiles(Folder, "*.bicep", SearchOption.AllDirectories).Select(Read);

    private string Beside(string path) => System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, path));

    [GeneratedRegex(@"(?m)^\s*//.*$", RegexOptions.None, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?m)^param (?<name>\w+) [^=\n]+(?<default>=)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Declared();

    [GeneratedRegex(@"(?m)^output (?<name>\w+) ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Output();

    [GeneratedRegex(@"(?m)^resource \w+ '(?<type>[^']+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Resource();

    [GeneratedRegex(@"loadTextContent\('(?<path>[^']+)'\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Load();

    [GeneratedRegex(@"(?ms)^module (?<name>\w+) '(?<path>[^']+)' = .*?^  params: \{\n(?<params>.*?)^  \}\n\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Module();

    [GeneratedRegex(@"(?m)^    (?<name>\w+):", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Given();
}

internal sealed record BicepModule(string Name, string Path, IReadOnlyList<string> Parameters);
