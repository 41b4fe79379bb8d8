using System.Globalization;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Http;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Labels;

/// <summary>A label as somebody gave it, before it is known to be right.</summary>
/// <param name="Place">Where it stands, for complaints: <c>line 3</c>, or <c>labels[2]</c>.</param>
/// <param name="Scenario">The id.</param>
/// <param name="Sample">From 0; null is 0 where the run has one sample a scenario.</param>
/// <param name="Metric">Null is the first scorer.</param>
internal sealed record GivenLabel(string Place, string? Scenario, string? Variant, string? Sample, string? Metric, string? Value, string? Labeller, string? Note);

/// <param name="Added">Labels that were not there.</param>
/// <param name="Replaced">Labels that were others before.</param>
/// <param name="Unchanged">Labels that were there.</param>
/// <param name="Empty">Rows without a value.</param>
public sealed record LabelReport(string RunId, int Added, int Replaced, int Unchanged, int Empty)
{
    /// <summary>Columns that were not read.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];
}

public abstract record AddLabelsOutcome
{
    private AddLabelsOutcome()
    {
    }

    public sealed record Added(LabelReport Report) : AddLabelsOutcome;

    /// <summary>Nothing was stored.</summary>
    public sealed record Rejected(IReadOnlyList<FieldError> Errors) : AddLabelsOutcome;
}

/// <summary>Checks labels against the run, all of them before any is stored.</summary>
public sealed class AddLabels(RunStore runs, CellLedger cells, LabelStore labels, TimeProvider clock)
{
    public const int MostNote = 4_000;
    public const int DefaultCount = 50;
    public const int MostCount = 10_000;
    public const int MostName = 100;
    private const string Someone = "someone";

    /// <param name="labeller">Whose labels they are where they do not say.</param>
    /// <param name="replaces">What was said otherwise before is replaced; else that is an error.</param>
    internal async Task<AddLabelsOutcome> AddAsync(RunRecord run, IReadOnlyList<GivenLabel> given, string? labeller, bool replaces, CancellationToken cancellationToken)
    {
        var (errors, wanted, empty) = (new List<FieldError>(), new Dictionary<(CellAddress, string, string), (CellLabel Label, string Place)>(), 0);
        var check = new LabelCheck(run, await ScenariosAsync(run, cancellationToken), labeller ?? Someone, clock.GetUtcNow());
        foreach (var one in given)
        {
            if (string.IsNullOrWhiteSpace(one.Value))
            {
                empty++;
                continue;
            }

            if (check.Read(one, errors) is not { } label)
            {
                continue;
            }

            var key = (label.Address, label.Metric, label.Labeller);
            if (!wanted.TryAdd(key, (label, one.Place)))
            {
                var (earlier, place) = wanted[key];
                errors.Add(new FieldError(one.Place, earlier.Value.Equals(label.Value)
                    ? $"{one.Place}: the label of {check.Name(label)} by '{label.Labeller}' is there twice, on {place} too: give it once."
                    : string.Create(CultureInfo.InvariantCulture, $"{one.Place}: value {label.Value} contradicts {earlier.Value} on {place}, of the same answer ({check.Name(label)}) by the same labeller '{label.Labeller}'.")));
            }
        }

        var (added, replaced, unchanged) = (new List<CellLabel>(), new List<CellLabel>(), 0);
        foreach (var (label, place) in wanted.Values)
        {
            if (await cells.FindAsync(run, label.Address, cancellationToken) is null)
            {
                errors.Add(new FieldError(place, $"{place}: the run has no answer of {check.Name(label)}."));
                continue;
            }

            switch (await labels.FindAsync(run.RunId, label.Address, label.Metric, label.Labeller, cancellationToken))
            {
                case null:
                    added.Add(label);
                    break;
                case var stored when stored.Value.Equals(label.Value) && stored.Note == label.Note:
                    unchanged++;
                    break;
                case var stored when replaces || stored.Value.Equals(label.Value):
                    replaced.Add(label);
                    break;
                case var stored:
                    errors.Add(new FieldError(place, string.Create(
                        CultureInfo.InvariantCulture, $"{place}: value {label.Value} contradicts {stored.Value}, which '{label.Labeller}' said of {check.Name(label)} before; replace (--replace) takes the new one.")));
                    break;
            }
        }

        if (errors.Count > 0)
        {
            return new AddLabelsOutcome.Rejected(errors);
        }

        await labels.SaveAsync(run.RunId, [.. added, .. replaced], cancellationToken);
        return new AddLabelsOutcome.Added(new LabelReport(run.RunId, added.Count, replaced.Count, unchanged, empty));
    }

    private async Task<Dictionary<string, int>> ScenariosAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var (places, index) = (new Dictionary<string, int>(StringComparer.Ordinal), 0);
        await foreach (var item in runs.ItemsAsync(run.RunId, cancellationToken))
        {
            places.TryAdd(item.Id, index++);
        }

        return places;
    }

    /// <summary>One label against what the run has.</summary>
    private sealed class LabelCheck(RunRecord run, Dictionary<string, int> scenarios, string labeller, DateTimeOffset now)
    {
        private readonly IReadOnlyList<LabelMetric> _metrics = LabelMetric.All(run);
        private readonly List<string> _variants = [.. run.Variants.Select(variant => variant.Name)];
        private readonly Dictionary<int, string> _ids = scenarios.ToDictionary(one => one.Value, one => one.Key);

        public string Name(CellLabel label) => $"scenario '{_ids[label.Address.Item]}', variant '{_variants[label.Address.Variant]}', sample {label.Address.Sample}";

        /// <summary>Null with an error added.</summary>
        public CellLabel? Read(GivenLabel given, List<FieldError> errors)
        {
            var before = errors.Count;
            var item = ItemOf(given, errors);
            var variant = VariantOf(given, errors);
            var sample = SampleOf(given, errors);
            var metric = _metrics.FirstOrDefault(one => given.Metric is null || one.Name == given.Metric);
            if (metric is null)
            {
                Refuse(given, errors, "metric", LabelMetric.Unknown(run, given.Metric));
            }

            var value = metric?.Parse(given.Value!);
            if (metric is not null && value is null)
            {
                Refuse(given, errors, "value", $"value of '{metric.Name}' must be {metric.Rule}, but is '{Excerpt.Of(given.Value!)}'.");
            }

            var person = given.Labeller ?? labeller;
            if (person.Length > MostName)
            {
                Refuse(given, errors, "labeller", $"labeller must have 1 to {MostName} characters, but has {person.Length}.");
            }

            if (given.Note?.Length > MostNote)
            {
                Refuse(given, errors, "note", $"note must have {MostNote} characters at most, but has {given.Note.Length}.");
            }

            return errors.Count > before ? null : new CellLabel(new CellAddress(item!.Value, variant!.Value, sample!.Value), metric!.Name, value!.Value, person, now, given.Note);
        }

        private int? ItemOf(GivenLabel given, List<FieldError> errors)
        {
            if (given.Scenario is { } id && scenarios.TryGetValue(id, out var item))
            {
                return item;
            }

            Refuse(given, errors, "scenario", given.Scenario is null ? "scenario is missing: the id of a scenario of the run." : $"scenario '{Excerpt.Of(given.Scenario)}' is not a scenario of run '{run.RunId}'.");
            return null;
        }

        private int? VariantOf(GivenLabel given, List<FieldError> errors)
        {
            if (given.Variant is null && _variants.Count == 1)
            {
                return 0;
            }

            if (given.Variant is { } name && _variants.IndexOf(name) is >= 0 and var index)
            {
                return index;
            }

            Refuse(given, errors, "variant", given.Variant is null
                ? $"variant is missing: one of {string.Join(", ", _variants.Take(10))}."
                : $"variant '{Excerpt.Of(given.Variant)}' is not a variant of this run, which has {string.Join(", ", _variants.Take(10))}.");
            return null;
        }

        private int? SampleOf(GivenLabel given, List<FieldError> errors)
        {
            var most = run.Sampling.Allocation is null ? run.Sampling.SamplesPerScenario : CellAddress.MaxSamples;
            if (given.Sample is null && run.Sampling.SamplesPerScenario == 1)
            {
                return 0;
            }

            if (int.TryParse(given.Sample, NumberStyles.None, CultureInfo.InvariantCulture, out var sample) && sample < most)
            {
                return sample;
            }

            Refuse(given, errors, "sample", given.Sample is null
                ? $"sample is missing: the run has {run.Sampling.SamplesPerScenario} samples of each scenario, 0 to {run.Sampling.SamplesPerScenario - 1}."
                : $"sample must be a whole number from 0 to {most - 1}, but is '{Excerpt.Of(given.Sample)}'.");
            return null;
        }

        private static void Refuse(GivenLabel given, List<FieldError> errors, string field, string message) =>
            errors.Add(new FieldError(given.Place.StartsWith("labels[", StringComparison.Ordinal) ? $"{given.Place}.{field}" : given.Place, $"{given.Place}: {message}"));
    }
}
