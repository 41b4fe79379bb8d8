using System.Globalization;
using System.Text;
using System.Xml;

namespace FunctionsEval.Gates;

/// <summary>A gate's report for build servers: JUnit XML, and a summary in Markdown.</summary>
internal static class GateDocuments
{
    public static string JUnit(GateReport report)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true }))
        {
            List<GateOutcome> outcomes = [.. report.Checks.Select(check => check.Outcome), .. (report.Limits ?? []).Select(check => check.Outcome)];
            var undecided = outcomes.Count(outcome => outcome is GateOutcome.Inconclusive or GateOutcome.Incomplete) + report.Problems.Count;
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", $"functionseval gate {report.Title}");
            xml.WriteAttributeString("tests", Number(outcomes.Count + report.Problems.Count));
            xml.WriteAttributeString("failures", Number(outcomes.Count(outcome => outcome == GateOutcome.Regress)));
            xml.WriteAttributeString("errors", Number(undecided));
            foreach (var check in report.Checks)
            {
                Write(xml, check.Metric, $"{check.Variant} against {check.BaselineVariant}", check.Outcome, $"{check.Summary} {check.Reason}");
            }

            foreach (var limit in report.Limits ?? [])
            {
                Write(xml, limit.Measure, $"{limit.Variant} {(limit.Limit.IsLeast ? "at least" : "at most")} {limit.Limit.Value.ToString(CultureInfo.InvariantCulture)}", limit.Outcome, limit.Summary);
            }

            foreach (var (index, problem) in report.Problems.Index())
            {
                Write(xml, "completeness", $"problem {index + 1}", GateOutcome.Incomplete, problem);
            }

            xml.WriteEndElement();
        }

        return text.ToString();
    }

    public static string Markdown(GateReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"## Gate: {JsonRules.Name(report.Outcome)}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(report.Title[0])}{report.Title[1..]}; {report.AcceptableLoss}; {report.Confidence:P0} intervals.");
        text.AppendLine();
        foreach (var line in report.Sentences)
        {
            text.Append("- ").AppendLine(Cell(line));
        }

        if (report.Checks.Count > 0)
        {
            text.AppendLine().AppendLine("| metric | variant | baseline | effect | interval | scenarios | outcome |").AppendLine("|---|---|---|---|---|---|---|");
        }

        foreach (var check in report.Checks)
        {
            var interval = check.Interval is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.Lower:F4} .. {known.Upper:F4}") : "-";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {Cell(check.Metric)} | {Cell(check.Variant)} | {Cell(check.BaselineVariant)} | {check.Effect:F4} | {interval} | {check.Items} | **{JsonRules.Name(check.Outcome)}**: {Cell(check.Reason)} |");
        }

        if (report.Problems.Count + report.Notes.Count > 0)
        {
            text.AppendLine();
            foreach (var line in report.Problems.Concat(report.Notes))
            {
                text.Append("- ").AppendLine(line);
            }
        }

        return text.ToString();
    }

    private static void Write(XmlWriter xml, string suite, string name, GateOutcome outcome, string message)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", suite);
        xml.WriteAttributeString("name", name);
        if (outcome != GateOutcome.Pass)
        {
            xml.WriteStartElement(outcome == GateOutcome.Regress ? "failure" : "error");
            xml.WriteAttributeString("type", JsonRules.Name(outcome));
            xml.WriteAttributeString("message", message);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
