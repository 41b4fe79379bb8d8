namespace FunctionsEval.Health;

/// <param name="Healthy">False when the store or the queue cannot be reached; missing keys are warnings.</param>
/// <param name="Keys">Names of the keys that the providers read, and whether each is set; never a value.</param>
public sealed record HealthReport(
    bool Healthy,
    string Version,
    string Runtime,
    DependencyHealth Store,
    DependencyHealth Queue,
    IReadOnlyDictionary<string, bool> Keys,
    IReadOnlyList<string> Warnings,
    DateTimeOffset CheckedAt,
    PriceTableHealth? Prices = null);

/// <param name="Oldest">The day of the vendor whose prices are oldest.</param>
public sealed record PriceTableHealth(DateOnly Version, DateOnly Oldest, int AgeDays);

public sealed record DependencyHealth(string Description, bool Reachable, string? Error = null);
