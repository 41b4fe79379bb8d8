using System.Net;
using FunctionsEval.Statistics;

namespace FunctionsEval.Pages.Charts;

/// <summary>A line of an <see cref="IntervalChart"/>.</summary>
/// <param name="Value">What stands at its right end.</param>
/// <param name="Tip">The whole in words: the tooltip, and what a screen reader says.</param>
/// <param name="At">Null where there is nothing to draw.</param>
/// <param name="Class">A verdict, for its colour.</param>
public sealed record IntervalRow(string Name, string Value, string Tip, double? At, Span? Interval, string? Class = null);

/// <summary>A line from one value to another.</summary>
public sealed record Span(double Lower, double Upper)
{
    public static Span? Of(ConfidenceInterval? interval) => interval is null ? null : new Span(interval.Lower, interval.Upper);
}

/// <summary>Text in a picture. Razor keeps the element <c>text</c> for itself, so it is written by hand, escaped.</summary>
internal static class SvgText
{
    public static string Of(string x, double y, string anchor, string cssClass, string text, int dx = 0) =>
        $"<text class=\"{cssClass}\" x=\"{x}\" dx=\"{dx}\" y=\"{Numbers(y)}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>";

    private static string Numbers(double value) => value.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture);
}
