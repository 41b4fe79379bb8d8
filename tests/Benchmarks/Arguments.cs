using System.Globalization;

namespace FunctionsEval.Benchmarks;

/// <summary>Options of a benchmark: <c>--name number</c>.</summary>
internal sealed class Arguments(IReadOnlyList<string> arguments)
{
    public int Get(string name, int standard)
    {
        var at = arguments.ToList().IndexOf($"--{name}");
        return at < 0 ? standard : int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);
    }

    public string? Find(string name)
    {
        var at = arguments.ToList().IndexOf($"--{name}");
        return at < 0 ? null : arguments[at + 1];
    }
}
