using System.Globalization;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Evaluation.Sampling;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Turns a document into a <see cref="Definition"/> with all defaults filled in, or into every complaint about it
/// (docs/definitions.md has the rules).</summary>
public sealed class DefinitionParser
{
    private readonly SourceNode _root;
    private readonly List<DefinitionError> _errors = [];
    private readonly FieldReader _fields;
    private readonly Definition _header;
    private readonly IReadOnlyList<Variant> _variants;
    private readonly ScenarioListParser _scenarios;
    private readonly RowScenarios? _rows;

    /// <param name="takesRows">The scenarios may be the rows of a data set.</param>
    /// <param name="images">Null where no files may be read.</param>
    private DefinitionParser(SourceNode.Mapping root, bool takesRows, IImageFiles? images)
    {
        _root = root;
        var fields = _fields = new FieldReader(root, "", _errors);
        var name = fields.Text("name", TextRule.Name, required: true);
        var preamble = fields.Text("preamble", TextRule.Text) ?? "";
        var prompts = new PromptListParser(fields).Parse();
        var hasPrompts = fields.Has("prompt") || fields.Has("prompts");
        if (fields.Take("scenarios") is null)
        {
            fields.Missing("scenarios");
        }

        var (models, variants) = new VariantListParser(fields, prompts).Parse();
        var samples = fields.Integer("samplesPerScenario", 1, DefinitionRules.MaxSamples) ?? 1;
        var percentage = fields.Integer("samplePercentage", 1, 100) ?? 100;
        var seed = fields.Long("sampleSeed", long.MinValue, long.MaxValue);
        var config = ConfigParser.Parse(fields);
        var scorerList = new ScorerListParser(fields, config);
        var scorers = scorerList.Parse();
        var pass = ParsePass(fields);
        _header = new Definition(name ?? "", preamble, [], models, samples, percentage, seed, scorers, config, variants, ParseBudget(fields), Prompts: prompts, Pass: pass);
        _variants = _header.AllVariants();
        CheckVariants(fields, _variants, prompts);

        IReadOnlyList<Variant> asking = _errors.Count == 0 ? [.. _variants.DistinctBy(variant => variant.Template?.Name)] : [];
        _scenarios = new ScenarioListParser(fields, new ScenarioContext(preamble, hasPrompts, config, scorerList, scorers, asking, images));
        if (takesRows && fields.Take("scenarios") is SourceNode.Mapping mapping)
        {
            var rows = new FieldReader(mapping, "scenarios", _errors);
            _rows = new RowScenarios(rows);
            if (!hasPrompts && _rows is { Spec: not null, Asks: false })
            {
                rows.Fail("prompt", "scenarios.prompt is required, because the definition has no prompt, but is missing; \"{{ prompt }}\" takes the column prompt.");
            }
        }
    }

    /// <summary>Of a document that lists its scenarios; one that names a data set is refused.</summary>
    public static DefinitionOutcome Parse(SourceOutcome source) => Open(source, takesRows: false, null, out var rejected) is { } parser ? parser.Parse() : rejected!;

    /// <inheritdoc cref="Parse(SourceOutcome)"/>
    public static DefinitionOutcome Parse(SourceNode root) => Parse(new SourceOutcome.Read(root));

    /// <param name="datasets">Where the rows are read from, where the document names a data set.</param>
    /// <param name="images">Reads the files of images; null where none may be read.</param>
    public static async Task<DefinitionOutcome> ParseAsync(SourceOutcome source, IDatasets datasets, IImageFiles? images, CancellationToken cancellationToken) =>
        Open(source, takesRows: true, images, out var rejected) is { } parser ? await parser.ParseAsync(datasets, cancellationToken) : rejected!;

    private static DefinitionParser? Open(SourceOutcome source, bool takesRows, IImageFiles? images, out DefinitionOutcome? rejected)
    {
        switch (source)
        {
            case SourceOutcome.Read(SourceNode.Mapping mapping):
                rejected = null;
                return new DefinitionParser(mapping, takesRows, images);
            case SourceOutcome.Read(var root):
                rejected = new DefinitionOutcome.Rejected([new DefinitionError(
                    root.Line, root.Column, "", $"A definition must be a mapping of fields, but is {FieldReader.Describe(root)}.")]);
                return null;
            case SourceOutcome.Malformed(var error):
                rejected = new DefinitionOutcome.Rejected([error]);
                return null;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private DefinitionOutcome Parse()
    {
        if (_fields.List("scenarios") is { } nodes)
        {
            _scenarios.AddAll(nodes);
        }

        return Finish();
    }

    private async Task<DefinitionOutcome> ParseAsync(IDatasets datasets, CancellationToken cancellationToken)
    {
        if (_rows is null)
        {
            return Parse();
        }

        // Complaints about the definition itself go before the reading of a long file.
        if (_rows.Spec is { } spec && _errors.Count == 0)
        {
            try
            {
                await AddRowsAsync(spec, datasets, cancellationToken);
            }
            catch (DatasetException problem)
            {
                Fail(problem.Line, datasets.Describe(spec), problem.Message);
            }
        }

        return Finish();
    }

    private async Task AddRowsAsync(DatasetSpec spec, IDatasets datasets, CancellationToken cancellationToken)
    {
        var source = datasets.Describe(spec);
        await foreach (var row in datasets.RowsAsync(spec, cancellationToken))
        {
            try
            {
                if (_rows!.Make(row) is { } mapping)
                {
                    _scenarios.Add(mapping, mapping.Entries.Any(entry => entry.Name == "vars") ? null : row.Fields, source);
                }
            }
            catch (TemplateException problem)
            {
                // What one row lacks the others lack too.
                Fail(row.Line, source, problem.Message);
                return;
            }

            if (_rows.IsFull)
            {
                return;
            }

            if (_scenarios.Count > DefinitionRules.MaxScenarios)
            {
                _fields.Fail("scenarios", string.Create(
                    CultureInfo.InvariantCulture, $"scenarios must be at most {DefinitionRules.MaxScenarios:N0}, but {source} has more rows; limit takes the first ones."));
                return;
            }
        }

        _rows!.CheckColumns();
        if (_scenarios.Count == 0 && _errors.Count == 0)
        {
            Fail(null, source, $"{source} has no rows{(spec.Where.Count > 0 || spec.Offset > 0 ? " that where and offset leave" : "")}.");
        }
    }

    private void Fail(int? line, string source, string message)
    {
        var at = _fields.Take("scenarios")!;
        _errors.Add(line is { } known
            ? new DefinitionError(known, 1, "scenarios", message, source)
            : new DefinitionError(at.Line, at.Column, "scenarios", message));
    }

    private DefinitionOutcome Finish()
    {
        IReadOnlyList<string> names = [.. _variants.Select(variant => variant.Name)];
        _scenarios.Finish();
        var compare = DecisionParser.ParseCompare(_fields, names, _header.Scorers);
        var stopping = DecisionParser.ParseStopping(_fields, names, _header.Scorers, _scenarios.Scenarios);
        var allocation = AllocationParser.Parse(_fields, names, _header.Scorers, _header.SamplesPerScenario, stopping);
        _fields.RejectUnknown();

        var count = _scenarios.Scenarios.Count;
        if (count > 0
            && DefinitionRules.ValidateCellCount(ScenarioSampling.CountOf(count, _header.SamplePercentage), _variants.Count, _header.SamplesPerScenario) is { } tooMany)
        {
            _fields.Fail("samplesPerScenario", tooMany);
        }

        var definition = _header with { Scenarios = _scenarios.Scenarios, Compare = compare, Stopping = stopping, Allocation = allocation };
        if (_errors.Count == 0 && DefinitionRules.ValidateHeaderSize(definition) is { } tooLong)
        {
            _errors.Add(new DefinitionError(_root.Line, _root.Column, "", tooLong));
        }

        return _errors.Count == 0
            ? new DefinitionOutcome.Parsed(definition)
            : new DefinitionOutcome.Rejected([.. _errors.OrderBy(error => error.Source is null ? 0 : 1).ThenBy(error => error.Line).ThenBy(error => error.Column)]);
    }

    private static Budget? ParseBudget(FieldReader fields)
    {
        if (fields.Take("budget") is not { } node || fields.Inner(node, "budget") is not { } budget)
        {
            return null;
        }

        var maxUsd = budget.Number("maxUsd");
        if (maxUsd is null && !budget.Has("maxUsd"))
        {
            budget.Fail("maxUsd", "budget.maxUsd must be given: what the calls of a run may cost, in US dollars.");
        }
        else if (maxUsd is { } value && DefinitionRules.ValidateBudget(value) is { } complaint)
        {
            budget.Fail("maxUsd", complaint);
        }

        var allow = budget.Boolean("allowUnknownPrice");
        budget.RejectUnknown();
        return maxUsd is null ? null : new Budget(maxUsd.Value, allow ?? false);
    }

    private static void CheckVariants(FieldReader fields, IReadOnlyList<Variant> variants, List<PromptTemplate> prompts)
    {
        if (prompts.Count == 0)
        {
            return;
        }

        if (variants.Count > DefinitionRules.MaxVariants)
        {
            fields.Fail("prompts", $"prompts x models must be at most {DefinitionRules.MaxVariants} variants, but are {variants.Count}.");
        }

        var length = variants.Sum(variant => (long)(variant.Template?.Template.Length ?? 0) + (variant.Template?.System?.Length ?? 0));
        if (length > DefinitionRules.MaxTemplatesLength)
        {
            fields.Fail("prompts", FormattableString.Invariant(
                $"prompts must have at most {DefinitionRules.MaxTemplatesLength:N0} characters, counted for each variant that uses them, but have {length:N0}."));
        }

        foreach (var name in variants.Where(variant => variant.Name.Length > DefinitionRules.MaxModelLength).Select(variant => variant.Name).Take(1))
        {
            fields.Fail("prompts", $"prompts must have shorter names: with its model one is longer than {DefinitionRules.MaxModelLength} characters, {Wording.Shorten(name)}.");
        }
    }

    private static string? ParsePass(FieldReader fields)
    {
        var pass = fields.Text("pass", TextRule.Id);
        if (pass is not null && PassRule.Read(pass) is null)
        {
            fields.Fail("pass", Wording.Broken("pass", "must be a comparison with a number, such as \">= 0.5\"", Wording.Shorten(pass)));
        }

        return pass;
    }
}
