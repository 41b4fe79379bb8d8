using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Prices;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Limits;

namespace FunctionsEval.Configuration;

/// <summary>
/// Reads <c>functionseval.yaml</c>, the settings that a project shares: the same values as the variables of <see cref="KnownSetting"/>, by friendlier names. It is kept
/// beside definitions, so a key in it is refused.
/// </summary>
internal sealed partial class ProjectFile
{
    public const string Name = "functionseval.yaml";

    private readonly string _path;
    private readonly FieldReader _fields;
    private readonly List<DefinitionError> _errors = [];
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    private ProjectFile(string path, SourceNode.Mapping root)
    {
        _path = path;
        _fields = new FieldReader(root, "", _errors);
        RefuseSecrets(_fields, root, "");
    }

    /// <summary>Values by their variables.</summary>
    /// <exception cref="UsageException">All that is wrong with the file, each with line and column.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        switch (YamlSource.Parse(File.ReadAllText(path, Encoding.UTF8)))
        {
            case SourceOutcome.Read(SourceNode.Mapping root):
                return new ProjectFile(path, root).Read();
            case SourceOutcome.Read(var other):
                throw Wrong(path, new DefinitionError(other.Line, other.Column, "", $"the settings must be a mapping of fields, but are {FieldReader.Describe(other)}."));
            case SourceOutcome.Malformed(var error):
                // A file of comments alone sets nothing.
                return File.ReadLines(path).All(line => line.TrimStart('\ufeff').TrimStart() is "" or ['#', ..])
                    ? []
                    : throw Wrong(path, error);
            case var other:
                throw new System.Diagnostics.UnreachableException($"Unhandled {other.GetType().Name}");
        }
    }

    private Dictionary<string, string> Read()
    {
        Set(KnownSetting.Data, _fields.Text("data", TextRule.Text));
        Set(KnownSetting.Samples, _fields.Integer("samplesPerScenario", 1, DefinitionRules.MaxSamples)?.ToString(CultureInfo.InvariantCulture));
        Set(KnownSetting.Models, ReadModels());
        Set(KnownSetting.Budget, ReadBudget());
        Set(KnownSetting.Concurrency, _fields.Integer("concurrency", 1, Settings.MostConcurrency)?.ToString(CultureInfo.InvariantCulture));
        ReadPrices();
        ReadLimits();
        ReadBaseUrls();
        _fields.RejectUnknown();
        return _errors.Count == 0 ? _variables : throw Wrong(_path, [.. _errors.OrderBy(error => error.Line).ThenBy(error => error.Column)]);
    }

    private string? ReadModels()
    {
        var models = new List<string>();
        foreach (var (index, node) in (_fields.List("models") ?? []).Index())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"models[{index}]");
            if (_fields.Text(node, path, TextRule.Model) is { } model)
            {
                models.Add(model);
                if (Settings.ModelError(model) is { } problem)
                {
                    _fields.Fail(node, path, $"{path} {problem}");
                }
            }
        }

        return models.Count == 0 ? null : string.Join(Settings.ModelSeparator, models);
    }

    private string? ReadBudget()
    {
        if (_fields.Take("budget") is not { } node || _fields.Inner(node, "budget") is not { } budget)
        {
            return null;
        }

        var maxUsd = budget.Number("maxUsd");
        if (maxUsd is { } value && DefinitionRules.ValidateBudget(value) is { } complaint)
        {
            budget.Fail("maxUsd", complaint);
        }

        budget.RejectUnknown();
        return maxUsd?.ToString("R", CultureInfo.InvariantCulture);
    }

    private void ReadPrices()
    {
        switch (_fields.Take("prices"))
        {
            case null:
                break;
            case SourceNode.Scalar:
                Set(KnownSetting.Prices, _fields.Text("prices", TextRule.Text));
                break;
            case var node:
                try
                {
                    PriceTableReader.ReadModels(_path, node);
                    _variables[KnownSetting.Prices.Variable] = SourceJson.Write(node, out _)!;
                }
                catch (FormatException exception)
                {
                    throw new UsageException(exception.Message);
                }

                break;
        }
    }

    private void ReadLimits()
    {
        if (_fields.Text("limits", TextRule.Text) is not { } limits)
        {
            return;
        }

        try
        {
            LimitTable.Parse(limits);
            Set(KnownSetting.Limits, limits);
        }
        catch (FormatException exception)
        {
            _fields.Fail("limits", exception.Message.Replace(LimitTable.Variable, "limits", StringComparison.Ordinal));
        }
    }

    private void ReadBaseUrls()
    {
        if (_fields.Take("baseUrls") is not { } node || _fields.Inner(node, "baseUrls") is not { } urls)
        {
            return;
        }

        RefuseSecrets(urls, (SourceNode.Mapping)node, "baseUrls.");
        foreach (var vendor in Vendor.All)
        {
            if (urls.Text(vendor.Name, TextRule.Text) is not { } url)
            {
                continue;
            }

            if (Settings.BaseUrlError(url) is { } problem)
            {
                urls.Fail(vendor.Name, $"{KnownSetting.BaseUrlKey(vendor)} {problem}");
            }
            else
            {
                _variables[vendor.BaseUrlVariable] = url;
            }
        }

        urls.RejectUnknown();
    }

    /// <summary>Complains about names that keys and passwords have, and about variables, which have other names here. Values are not repeated.</summary>
    private static void RefuseSecrets(FieldReader fields, SourceNode.Mapping mapping, string path)
    {
        foreach (var entry in mapping.Entries)
        {
            var known = KnownSetting.All.FirstOrDefault(setting => setting.Variable.Equals(entry.Name, StringComparison.OrdinalIgnoreCase));
            var name = path + Http.Excerpt.Of(entry.Name);
            if (known is { IsSecret: true } || (known is null && SecretName().IsMatch(entry.Name)))
            {
                fields.Take(entry.Name);
                fields.Fail(entry.Name, $"{name} must not be in {Name}, which is shared: set {known?.Variable ?? "the key's variable, such as OPENAI_API_KEY,"} in the environment or in {DotEnv.Name}, "
                    + "which is kept out of version control.");
            }
            else if (known is not null)
            {
                fields.Take(entry.Name);
                fields.Fail(entry.Name, known.Key is { } key ? $"{name} is a variable: here it is called {key}." : $"{name} belongs into the environment or {DotEnv.Name}.");
            }
        }
    }

    private void Set(KnownSetting setting, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            _variables[setting.Variable] = value.Trim();
        }
    }

    private static UsageException Wrong(string path, params IReadOnlyList<DefinitionError> errors) =>
        new([.. errors.Take(Http.Problems.MaxComplaints).Select(error => string.Create(CultureInfo.InvariantCulture, $"{path}:{error.Line}:{error.Column}: {error.Message}"))]);

    [GeneratedRegex("key|secret|token|passw|credential", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretName();
}
