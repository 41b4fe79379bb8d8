using System.Globalization;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Definitions;

/// <summary>
/// What a definition gets that it does not say itself. It is written into the definition before that is read, so a stored definition says all that a run of
/// it does, whatever the defaults are later.
/// </summary>
/// <param name="Models">Empty for none.</param>
/// <param name="BudgetUsd">The most that a run may cost.</param>
public sealed record DefinitionDefaults(IReadOnlyList<string> Models, int? SamplesPerScenario = null, double? BudgetUsd = null)
{
    public static readonly DefinitionDefaults None = new([]);

    internal SourceOutcome ApplyTo(SourceOutcome source)
    {
        if (source is not SourceOutcome.Read(SourceNode.Mapping root))
        {
            return source;
        }

        var entries = new List<SourceEntry>(root.Entries);
        if (Models.Count > 0 && !Has(root, "variants"))
        {
            Add("models", new SourceNode.Sequence([.. Models.Select(model => Scalar(model, isText: true))], root.Line, root.Column));
        }

        if (SamplesPerScenario is { } samples)
        {
            Add("samplesPerScenario", Scalar(samples.ToString(CultureInfo.InvariantCulture), isText: false));
        }

        if (BudgetUsd is { } budget)
        {
            var maxUsd = new SourceEntry("maxUsd", root.Line, root.Column, Scalar(budget.ToString("R", CultureInfo.InvariantCulture), isText: false));
            Add("budget", new SourceNode.Mapping([maxUsd], root.Line, root.Column));
        }

        return new SourceOutcome.Read(new SourceNode.Mapping(entries, root.Line, root.Column));

        void Add(string name, SourceNode value)
        {
            if (!Has(root, name))
            {
                // A field that is there and empty is as good as missing.
                entries.RemoveAll(entry => entry.Name == name);
                entries.Add(new SourceEntry(name, root.Line, root.Column, value));
            }
        }

        SourceNode.Scalar Scalar(string text, bool isText) => new(text, isText, root.Line, root.Column);
    }

    private static bool Has(SourceNode.Mapping root, string name) => root.Entries.Any(entry => entry.Name == name && !entry.Value.IsNull());
}
