namespace FunctionsEval.Runs.ExternalScoring;

/// <summary>The hosts that scorers of type http may ask, as the settings list them: <c>host</c> at the usual port of its scheme, or <c>host:port</c>.</summary>
public sealed record ScorerHosts(IReadOnlyList<string> Names)
{
    public const string Variable = "FUNCTIONSEVAL_SCORER_HOSTS";

    public static readonly ScorerHosts None = new([]);

    /// <param name="text">Names with commas between them.</param>
    /// <exception cref="FormatException">A name is a URL or no host.</exception>
    public static ScorerHosts Parse(string? text)
    {
        var names = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.FirstOrDefault(name => !Uri.TryCreate($"http://{name}/", UriKind.Absolute, out var url) || url.PathAndQuery != "/" || url.UserInfo.Length > 0) is { } wrong
            ? throw new FormatException($"{Variable} must list hosts, such as scores.example.com or 127.0.0.1:8000, with commas between them, but has '{Http.Excerpt.Of(wrong)}'.")
            : new ScorerHosts(names);
    }

    public bool Allows(Uri url) => Names.Any(name => name.Equals(url.Authority, StringComparison.OrdinalIgnoreCase));
}
