namespace FunctionsEval.Pages.Charts;

/// <summary>A day of <see cref="DayBars"/>.</summary>
/// <param name="Parts">From the bottom up.</param>
public sealed record DayBar(DateOnly Day, IReadOnlyList<DayBarPart> Parts)
{
    public double Total => Parts.Sum(part => part.Value);
}

/// <param name="Css">Its colour: a class of bars.</param>
public sealed record DayBarPart(string Name, string Css, double Value);
