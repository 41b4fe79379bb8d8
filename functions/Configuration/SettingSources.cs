namespace FunctionsEval.Configuration;

/// <summary>
/// Where settings come from, later ones first: the environment, <c>.env</c>, <c>functionseval.yaml</c>. Options of the command line go before all of them
/// (<see cref="Settings"/>). Each file is looked for on its own, in a folder and in those above it, up to the root of a repository or the home of the user.
/// </summary>
internal sealed class SettingSources
{
    private readonly Func<string, string?> _environment;
    private readonly Dictionary<string, string> _dotEnv = [];
    private readonly Dictionary<string, string> _project = [];

    /// <summary>The environment alone.</summary>
    public SettingSources(Func<string, string?> environment) => _environment = environment;

    /// <param name="folder">Of the definition, or the working folder.</param>
    /// <exception cref="UsageException">A file is malformed, or cannot be read.</exception>
    public SettingSources(Func<string, string?> environment, string folder)
        : this(environment)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            ProjectPath ??= FileIn(at, ProjectFile.Name);
            DotEnvPath ??= FileIn(at, DotEnv.Name);
            if (Path.Exists(Path.Combine(at.FullName, ".git")) || at.FullName == home)
            {
                break;
            }
        }

        try
        {
            (_project, _dotEnv) = (ProjectPath is null ? _project : ProjectFile.Read(ProjectPath), DotEnvPath is null ? _dotEnv : DotEnv.Read(DotEnvPath));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UsageException($"settings cannot be read: {exception.Message}");
        }
    }

    public string? ProjectPath { get; }

    public string? DotEnvPath { get; }

    /// <summary>The value of a variable; null where it is nowhere. One that is set and empty in the environment hides those of the files.</summary>
    public string? Value(string variable) => Find(variable).Value;

    /// <summary>The value, and where it is from; both null where it is nowhere.</summary>
    public (string? Value, string? From) Find(string variable) =>
        _environment(variable) is { } set ? (set.Length == 0 ? null : set, set.Length == 0 ? null : "environment")
        : _dotEnv.TryGetValue(variable, out var own) && own.Length > 0 ? (Resolve(variable, own, DotEnvPath!), DotEnv.Name)
        : _project.TryGetValue(variable, out var shared) ? (Resolve(variable, shared, ProjectPath!), ProjectFile.Name)
        : (null, null);

    private static string Resolve(string variable, string value, string file) =>
        !value.StartsWith('{') && KnownSetting.All.Any(setting => setting.IsPath && setting.Variable == variable)
            ? Path.GetFullPath(value, Path.GetDirectoryName(file)!)
            : value;

    private static string? FileIn(DirectoryInfo folder, string name) => Path.Combine(folder.FullName, name) is var path && File.Exists(path) ? path : null;
}
