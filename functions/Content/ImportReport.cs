namespace FunctionsEval.Content;

/// <summary>What an import did.</summary>
/// <param name="Items">New or changed.</param>
/// <param name="Unchanged">Items that were there already, just so.</param>
/// <param name="Refused">Lines that were left out; the first hundred are in <paramref name="Errors"/>.</param>
public sealed record ImportReport(int Lines, int Topics, int Sources, int Items, int Unchanged, int Clusters, int Refused, IReadOnlyList<ImportError> Errors);

public sealed record ImportError(int Line, string Field, string Message);
