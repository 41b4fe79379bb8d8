using System.Globalization;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Statistics;

namespace FunctionsEval.Agents.Variants;

/// <param name="By">A key of <see cref="CompareVariants.Dimensions"/>.</param>
/// <param name="Baseline">The variant with the most tasks when missing.</param>
/// <param name="TaskType">Only tasks of this type; all when missing.</param>
/// <param name="Margin">A difference of success rates that does not matter.</param>
public sealed record VariantQuestion(string By, string? Baseline, string? TaskType, int WindowDays, int MinSamples, double Margin);

/// <summary>Compares variants of agents by the tasks that ended in a window.</summary>
public sealed class CompareVariants(TaskMetrics metrics, TimeProvider clock)
{
    private const double FamilyLevel = 0.95;

    /// <summary>Half the sum of the differences of the shares of types: from here on variants saw different tasks.</summary>
    private const double DifferentTypes = 0.1;

    internal static readonly IReadOnlyDictionary<string, Func<RollUpKey, string?>> Dimensions = new Dictionary<string, Func<RollUpKey, string?>>(StringComparer.Ordinal)
    {
        ["prompt_variant"] = key => key.PromptVariant,
        ["skill_version"] = key => key.SkillVersion,
        ["model"] = key => key.Model,
        ["executor"] = key => key.Executor,
    };

    public async Task<VariantReport> CompareAsync(VariantQuestion question, CancellationToken cancellationToken)
    {
        var from = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-question.WindowDays);
        var sum = await metrics.SumAsync(from, TaskSource.Agents, cancellationToken);
        var dimension = Dimensions[question.By];
        var variants = sum.Cells
            .Where(cell => dimension(cell.Key) is not null && (question.TaskType is null || cell.Key.TaskType == question.TaskType))
            .GroupBy(cell => dimension(cell.Key)!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => Variant.Of(group), StringComparer.Ordinal);
        return Report(question, variants);
    }

    private static VariantReport Report(VariantQuestion question, Dictionary<string, Variant> variants)
    {
        var names = variants.OrderByDescending(variant => variant.Value.All.Tasks).ThenBy(variant => variant.Key, StringComparer.Ordinal).Select(variant => variant.Key).ToList();
        var baseline = question.Baseline ?? names.FirstOrDefault();
        var isWeighted = variants.Values.Any(variant => variant.All.Drawn.Success.Values > 0);
        var warnings = new List<string>();
        if (isWeighted && variants.Values.Sum(variant => variant.All.Tasks - variant.All.Drawn.Success.Values) is > 0 and var without)
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{without} tasks have no assignment_probability and are left out of the comparison: some variants were drawn with one, and others were not."));
        }

        // Bonferroni: every interval holds together with the others.
        var level = 1 - ((1 - FamilyLevel) / Math.Max(1, names.Count - 1));
        var comparisons = baseline is null || !variants.TryGetValue(baseline, out var reference)
            ? []
            : names.Where(name => name != baseline).Select(name => Compare(question, name, variants[name], baseline, reference, isWeighted, level, warnings)).ToList();
        return new VariantReport(
            question.By, question.TaskType, question.WindowDays, baseline, question.Margin, question.MinSamples, level, isWeighted ? "inverse_probability" : "observed",
            [.. names.Where(name => !isWeighted || variants[name].All.Drawn.Success.Values > 0).Select(name => new VariantSample(variants[name].All, isWeighted).Summary(name, FamilyLevel))], comparisons, warnings);
    }

    private static VariantDifference Compare(
        VariantQuestion question, string name, Variant variant, string baselineName, Variant baseline, bool isWeighted, double level, List<string> warnings)
    {
        var (own, other) = (new VariantSample(variant.All, isWeighted), new VariantSample(baseline.All, isWeighted));
        if (Math.Min(own.Tasks, other.Tasks) < Math.Max(1, question.MinSamples))
        {
            var few = string.Create(CultureInfo.InvariantCulture, $"At least {question.MinSamples} tasks of each are needed; {name} has {own.Tasks} and {baselineName} {other.Tasks}.");
            return new VariantDifference(name, null, null, null, null, null, VariantVerdict.Inconclusive, few, $"{name} cannot be compared with {baselineName} yet: {few}");
        }

        var (difference, interval) = (own.Rate - other.Rate, NewcombeInterval.OfDifference(own.Rate, own.Interval(level), other.Rate, other.Interval(level)));
        StratifiedDifference? stratified = null;
        if (variant.DistanceTo(baseline) > DifferentTypes)
        {
            stratified = Stratify(variant, baseline, isWeighted, level);
            warnings.Add($"{name} and {baselineName} saw different types of tasks; {(stratified is null ? "they share none, so that their difference may be one of the types" : "the verdict is of their difference within types")}.");
        }

        var decided = stratified is null ? new Bounds(interval.Lower, interval.Upper) : stratified.Interval;
        var verdict = variant.DistanceTo(baseline) > DifferentTypes && stratified is null ? VariantVerdict.Inconclusive : VerdictOf(decided, question.Margin);
        var reason = verdict != VariantVerdict.Inconclusive ? null
            : stratified is null && variant.DistanceTo(baseline) > DifferentTypes ? "They share no type of tasks."
            : string.Create(CultureInfo.InvariantCulture, $"The data are compatible with no difference, and with one beyond the margin of {question.Margin:0.###}.");
        var ratio = own.LogSeconds is { } first && other.LogSeconds is { } second
            ? WelchInterval.OfDifference(first.Value, first.Error, first.Count, second.Value, second.Error, second.Count, level)
            : null;
        var shown = stratified?.SuccessDifference ?? difference;
        return new VariantDifference(
            name,
            Math.Round(difference, 4),
            Bounds.Of(interval),
            stratified,
            ratio is null ? null : Math.Round(Math.Exp((ratio.Lower + ratio.Upper) / 2), 4),
            ratio is null ? null : new Bounds(Math.Round(Math.Exp(ratio.Lower), 4), Math.Round(Math.Exp(ratio.Upper), 4)),
            verdict,
            reason,
            Sentence(name, baselineName, verdict, shown, decided, level, ratio));
    }

    private static VariantVerdict VerdictOf(Bounds interval, double margin) =>
        interval.Lower > -margin && interval.Upper < margin ? VariantVerdict.Equivalent
        : interval.Lower > 0 ? VariantVerdict.Better
        : interval.Upper < 0 ? VariantVerdict.Worse
        : VariantVerdict.Inconclusive;

    /// <summary>Differences within types, weighted as by Mantel and Haenszel (1959); the interval joins those of the types (Zou 2008, doi:10.1002/sim.3095).</summary>
    private static StratifiedDifference? Stratify(Variant variant, Variant baseline, bool isWeighted, double level)
    {
        var types = variant.ByType.Keys.Intersect(baseline.ByType.Keys, StringComparer.Ordinal)
            .Select(type => (Type: type, Own: new VariantSample(variant.ByType[type], isWeighted), Other: new VariantSample(baseline.ByType[type], isWeighted)))
            .Where(type => type.Own.Tasks > 0 && type.Other.Tasks > 0)
            .OrderBy(type => type.Type, StringComparer.Ordinal)
            .ToList();
        if (types.Count == 0)
        {
            return null;
        }

        var weights = types.ConvertAll(type => (double)type.Own.Tasks * type.Other.Tasks / (type.Own.Tasks + type.Other.Tasks));
        var (difference, below, above, all) = (0.0, 0.0, 0.0, weights.Sum());
        foreach (var (type, weight) in types.Zip(weights))
        {
            var share = weight / all;
            var own = type.Own.Rate - type.Other.Rate;
            var interval = NewcombeInterval.OfDifference(type.Own.Rate, type.Own.Interval(level), type.Other.Rate, type.Other.Interval(level));
            difference += share * own;
            below += Math.Pow(share * (own - interval.Lower), 2);
            above += Math.Pow(share * (interval.Upper - own), 2);
        }

        return new StratifiedDifference(
            Math.Round(difference, 4), new Bounds(Math.Round(difference - Math.Sqrt(below), 4), Math.Round(difference + Math.Sqrt(above), 4)), [.. types.Select(type => type.Type)]);
    }

    private static string Sentence(string name, string baseline, VariantVerdict verdict, double difference, Bounds interval, double level, ConfidenceInterval? ratio)
    {
        var what = verdict switch
        {
            VariantVerdict.Better => "completes more tasks than",
            VariantVerdict.Worse => "completes fewer tasks than",
            VariantVerdict.Equivalent => "completes as many tasks as",
            _ => "cannot be told from",
        };
        var time = ratio is null ? ""
            : ratio.Upper < 0 ? string.Create(CultureInfo.InvariantCulture, $" It takes {100 * (1 - Math.Exp((ratio.Lower + ratio.Upper) / 2)):F0}% less time.")
            : ratio.Lower > 0 ? string.Create(CultureInfo.InvariantCulture, $" It takes {100 * (Math.Exp((ratio.Lower + ratio.Upper) / 2) - 1):F0}% more time.")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {what} {baseline}: {100 * difference:+0.0;-0.0;0.0} percentage points ({100 * level:0.##}% interval {100 * interval.Lower:+0.0;-0.0;0.0} to {100 * interval.Upper:+0.0;-0.0;0.0}).{time}");
    }

    private sealed record Variant(RollUpCounts All, IReadOnlyDictionary<string, RollUpCounts> ByType)
    {
        public static Variant Of(IEnumerable<KeyValuePair<RollUpKey, RollUpCounts>> cells)
        {
            var (all, byType) = (new RollUpCounts(), new Dictionary<string, RollUpCounts>(StringComparer.Ordinal));
            foreach (var (key, counts) in cells)
            {
                all.Merge(counts);
                if (!byType.TryGetValue(key.TaskType, out var type))
                {
                    byType[key.TaskType] = type = new RollUpCounts();
                }

                type.Merge(counts);
            }

            return new Variant(all, byType);
        }

        public double DistanceTo(Variant other) => ByType.Keys.Union(other.ByType.Keys, StringComparer.Ordinal).Sum(type => Math.Abs(ShareOf(type) - other.ShareOf(type))) / 2;

        private double ShareOf(string type) => ByType.TryGetValue(type, out var counts) ? (double)counts.Tasks / All.Tasks : 0;
    }
}
