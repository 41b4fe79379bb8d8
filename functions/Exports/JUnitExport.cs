using System.Globalization;
using System.Xml;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Exports;

/// <summary>
/// A test case for each scenario and variant. It fails where a sample scores below 1 by a scorer that says pass or fail; it is an error where a
/// sample has no answer. Scores on other scales are told and fail nothing: a gate judges them.
/// </summary>
internal sealed class JUnitExport(RunRecord run, BufferedText text)
{
    private readonly bool[] _passOrFail =
        [.. run.Scorers.Select(scorer => VerdictRules.ScaleOf(scorer, Evaluation.Scoring.Scorers.Create(scorer)) == ScoreScale.PassOrFail)];

    public async Task WriteAsync(IAsyncEnumerable<CellRecord> cells, IAsyncEnumerable<Scenario> scenarios)
    {
        // Counts stand before the cases, so that the cases are kept: one a scenario and variant.
        var cases = new Dictionary<(int Item, int Variant), Case>();
        await foreach (var cell in cells)
        {
            var key = (cell.Address.Item, cell.Address.Variant);
            cases[key] = cases.GetValueOrDefault(key).With(cell, _passOrFail);
        }

        await using var xml = XmlWriter.Create(text.Writer, new XmlWriterSettings { Indent = true, Async = true, CloseOutput = false });
        await xml.WriteStartElementAsync(null, "testsuite", null);
        Attribute(xml, "name", run.Name);
        Attribute(xml, "id", run.RunId);
        Attribute(xml, "timestamp", run.CreatedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture));
        Attribute(xml, "tests", Number(cases.Count));
        Attribute(xml, "failures", Number(cases.Values.Count(one => one is { Missing: 0, Failed: > 0 })));
        Attribute(xml, "errors", Number(cases.Values.Count(one => one.Missing > 0)));
        var item = 0;
        await foreach (var scenario in scenarios)
        {
            foreach (var (variant, index) in run.Variants.Select((variant, index) => (variant, index)))
            {
                if (cases.TryGetValue((item, index), out var found))
                {
                    Write(xml, scenario, variant.Name, found);
                }
            }

            item++;
            await text.EndCellAsync();
        }

        await xml.WriteEndElementAsync();
    }

    private static void Write(XmlWriter xml, Scenario scenario, string variant, Case found)
    {
        xml.WriteStartElement("testcase");
        Attribute(xml, "classname", variant);
        Attribute(xml, "name", scenario.Name.Length == 0 || scenario.Name == scenario.Id ? scenario.Id : $"{scenario.Id} {scenario.Name}");
        Attribute(xml, "time", (found.Milliseconds / 1000.0).ToString("0.000", CultureInfo.InvariantCulture));
        if (found.Missing > 0 || found.Failed > 0)
        {
            xml.WriteStartElement(found.Missing > 0 ? "error" : "failure");
            Attribute(xml, "message", found.Missing > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{found.Missing} of {found.Samples} samples have no answer{(found.Reason is null ? "" : $": {found.Reason}")}")
                : string.Create(CultureInfo.InvariantCulture, $"{found.Failed} of {found.Samples} samples do not pass"));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    // XML holds no control characters, no halves of pairs and neither U+FFFE nor U+FFFF.
    private static void Attribute(XmlWriter xml, string name, string value) => xml.WriteAttributeString(
        name,
        string.Create(value.Length, value, static (span, text) =>
        {
            for (var index = 0; index < text.Length; index++)
            {
                var isPair = (index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1])) || (index > 0 && char.IsSurrogatePair(text[index - 1], text[index]));
                span[index] = isPair || XmlConvert.IsXmlChar(text[index]) ? text[index] : '\ufffd';
            }
        }));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <param name="Missing">Samples without an answer.</param>
    /// <param name="Failed">Samples that do not pass.</param>
    private readonly record struct Case(int Samples, int Missing, int Failed, long Milliseconds, string? Reason)
    {
        public Case With(CellRecord cell, bool[] passOrFail)
        {
            var isMissing = cell.Outcome == CellOutcome.Failed;
            var fails = !isMissing && passOrFail.Index().Any(scorer => scorer.Item && cell.Scores.ElementAtOrDefault(scorer.Index)?.Value is not >= 1);
            return new Case(
                Samples + 1, Missing + (isMissing ? 1 : 0), Failed + (fails ? 1 : 0),
                Milliseconds + (long)(cell.CompletedAt - cell.StartedAt).TotalMilliseconds,
                Reason ?? (isMissing ? cell.Error?.Code : null));
        }
    }
}
