namespace FunctionsEval.Cli;

/// <summary>
/// Names of variants as tables show them: without the vendor that all of them begin with, for a terminal has eighty characters and names must stay whole.
/// </summary>
internal sealed class ShortNames
{
    private readonly int _shared;

    public ShortNames(IEnumerable<string> names)
    {
        var all = names.ToList();
        var vendors = all.Select(name => name[..(name.IndexOf(':') + 1)]).Distinct(StringComparer.Ordinal).ToList();
        if (vendors is [{ Length: > 0 } vendor] && all.TrueForAll(name => name.Length > vendor.Length))
        {
            (_shared, Vendor) = (vendor.Length, vendor[..^1]);
        }
    }

    /// <summary>What was taken away, for a title; null where names are whole.</summary>
    public string? Vendor { get; }

    public string Of(string name) => name[_shared..];
}
