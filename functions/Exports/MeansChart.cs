using System.Globalization;
using System.Text;
using FunctionsEval.Runs.Analysis;

namespace FunctionsEval.Exports;

/// <summary>Means as dots with their intervals as lines, a row a variant, over an axis with round numbers: one SVG.</summary>
internal static class MeansChart
{
    private const int Width = 800;
    private const int Left = 240;
    private const int RowHeight = 34;
    private const int LongestName = 32;

    public static string Of(IReadOnlyList<ModelStatistics> models)
    {
        if (models.Count == 0)
        {
            return "";
        }

        var low = models.Min(model => model.ConfidenceInterval?.Lower ?? model.Mean!.Value);
        var high = models.Max(model => model.ConfidenceInterval?.Upper ?? model.Mean!.Value);
        var step = StepOf(high > low ? high - low : Math.Max(Math.Abs(high), 1));
        var (from, to) = (Math.Floor(low / step) * step, Math.Ceiling(high / step) * step);
        to = to > from ? to : from + step;
        double X(double value) => Left + ((value - from) / (to - from) * (Width - Left - 30));

        var bottom = models.Count * RowHeight;
        var svg = new StringBuilder();
        Line(svg, $"<svg viewBox=\"0 0 {Width} {bottom + 30}\" role=\"img\" aria-label=\"Means of {models.Count} variants with 95% intervals; the table below has the numbers\">");
        for (var tick = 0; from + (tick * step) <= to + (step / 2); tick++)
        {
            var (value, x) = (from + (tick * step), X(from + (tick * step)));
            Line(svg, $"<line x1=\"{x:0.#}\" y1=\"4\" x2=\"{x:0.#}\" y2=\"{bottom}\" stroke=\"var(--line)\"/><text x=\"{x:0.#}\" y=\"{bottom + 18}\" text-anchor=\"middle\">{value:0.####}</text>");
        }

        foreach (var (row, model) in models.Index())
        {
            var y = (row * RowHeight) + (RowHeight / 2);
            var name = model.Variant.Length <= LongestName ? model.Variant : $"{model.Variant[..(char.IsHighSurrogate(model.Variant[LongestName - 2]) ? LongestName - 2 : LongestName - 1)]}…";
            Line(svg, $"<g><title>{HtmlReport.Text(model.Variant)}: {ReportContent.Number(model.Mean)} ({ReportContent.Interval(model.ConfidenceInterval)})</title><text x=\"{Left - 12}\" y=\"{y + 4}\" text-anchor=\"end\">{HtmlReport.Text(name)}</text>");
            if (model.ConfidenceInterval is { } interval)
            {
                Line(svg, $"<line x1=\"{X(interval.Lower):0.#}\" y1=\"{y}\" x2=\"{X(interval.Upper):0.#}\" y2=\"{y}\" stroke=\"var(--mark)\" stroke-width=\"3\"/>");
            }

            Line(svg, $"<circle cx=\"{X(model.Mean!.Value):0.#}\" cy=\"{y}\" r=\"6\" fill=\"var(--mark)\"/></g>");
        }

        return svg.Append("</svg>\n").ToString();
    }

    // About six steps of 1, 2 or 5 times a power of ten.
    private static double StepOf(double range)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / 6)));
        return (range / 6 / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
