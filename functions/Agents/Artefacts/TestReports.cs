using System.Globalization;
using System.Xml;

namespace FunctionsEval.Agents.Artefacts;

/// <summary>Reads JUnit XML, Cobertura XML and git's name-status. XML has no document type here: entities could name files, or grow without end.</summary>
internal static class TestReports
{
    public const int MaxCharacters = 10_000_000;

    private const int MaxTests = 20_000;
    private const int MaxName = 500;

    /// <summary>Tests by name: passed or not. Skipped ones are left out.</summary>
    public static IReadOnlyDictionary<string, bool> ReadJUnit(string xml)
    {
        var tests = new Dictionary<string, bool>(StringComparer.Ordinal);
        string? current = null;
        ReadXml(xml, "testsuites or testsuite", ["testsuites", "testsuite"], reader =>
        {
            switch (reader.LocalName)
            {
                case "testcase":
                    var name = reader.GetAttribute("name") ?? throw new ArtefactException($"A testcase on line {LineOf(reader)} has no name.");
                    current = reader.GetAttribute("classname") is { Length: > 0 } type ? $"{type}.{name}" : name;
                    current = current.Length > MaxName ? current[..MaxName] : current;
                    tests.TryAdd(current, true);
                    if (tests.Count > MaxTests)
                    {
                        throw new ArtefactException(string.Create(CultureInfo.InvariantCulture, $"There must be at most {MaxTests:N0} tests."));
                    }

                    break;
                case "failure" or "error" when current is not null:
                    tests[current] = false;
                    break;
                case "skipped" when current is not null:
                    tests.Remove(current);
                    break;
            }
        });
        return tests;
    }

    /// <summary>The share of lines that tests ran.</summary>
    public static double ReadCobertura(string xml)
    {
        double? rate = null;
        ReadXml(xml, "coverage", ["coverage"], reader =>
        {
            if (reader.LocalName == "coverage")
            {
                rate = double.TryParse(reader.GetAttribute("line-rate"), NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
                    ? share
                    : throw new ArtefactException($"line-rate must be a share from 0 to 1, but is '{Http.Excerpt.Of(reader.GetAttribute("line-rate") ?? "")}'.");
            }
        });
        return rate!.Value;
    }

    /// <summary>The paths that changed; of a renamed or copied file the new one.</summary>
    public static IReadOnlyList<string> ReadNameStatus(string text)
    {
        var paths = new List<string>();
        foreach (var (index, line) in text.ReplaceLineEndings("\n").Split('\n').Index())
        {
            if (line.Length == 0)
            {
                continue;
            }

            var fields = line.Split('\t');
            var needed = line[0] is 'R' or 'C' ? 3 : 2;
            if (!"AMDRCTUX".Contains(line[0], StringComparison.Ordinal) || fields.Length != needed)
            {
                throw new ArtefactException($"Line {index + 1} must be a status and a path of git diff --name-status, but is '{Http.Excerpt.Of(line)}'.");
            }

            paths.Add(fields[^1]);
        }

        return paths;
    }

    private static void ReadXml(string xml, string expected, string[] roots, Action<XmlReader> element)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxCharacters, IgnoreComments = true };
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml.TrimStart('\uFEFF')), settings);
            var isRoot = true;
            while (reader.Read())
            {
                if (reader.NodeType != XmlNodeType.Element)
                {
                    continue;
                }

                if (isRoot && !roots.Contains(reader.LocalName, StringComparer.Ordinal))
                {
                    throw new ArtefactException($"The document must be {expected}, but is {Http.Excerpt.Of(reader.LocalName)}.");
                }

                isRoot = false;
                element(reader);
            }
        }
        catch (XmlException exception)
        {
            throw new ArtefactException($"The content is not XML that is taken here (no document type, at most {MaxCharacters} characters): {exception.Message}");
        }
    }

    private static int LineOf(XmlReader reader) => ((IXmlLineInfo)reader).LineNumber;
}
