using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Labels;

/// <summary>An answer to be labelled. Nothing in it says whose it is or what a scorer made of it.</summary>
/// <param name="Position">Its place among the answers that were chosen, from 0.</param>
/// <param name="Labelled">How many of them this person has labelled.</param>
/// <param name="Rubric">By what the judge of this scale judges it; empty where the scale is no judge's.</param>
public sealed record AnswerToLabel(CellAddress Address, int Position, int Of, int Labelled, Scenario Scenario, Transcript Transcript, string Rubric)
{
    /// <summary>What every variant was asked: the scenario's own words, for a prompt around them may tell the variant.</summary>
    public string Question => Scenario.Prompt.Length > 0
        ? Scenario.Prompt
        : string.Join('\n', (Scenario.Vars ?? new Dictionary<string, JsonElement>()).Select(one => $"{one.Key}: {(one.Value.ValueKind == JsonValueKind.String ? one.Value.GetString() : one.Value.GetRawText())}"));

    /// <summary>Tells the answer from others without saying whose it is: a page that was open while the choice changed labels nothing else.</summary>
    public string Token => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Address.RowKey)).AsSpan(0, 6));

    /// <summary>Each answer behind what was asked for it; the first question is the scenario's.</summary>
    public IEnumerable<(string Asked, string Answered)> Turns => Transcript.Turns.Select((turn, index) => (index == 0 ? Question : turn.ProbePrompt, turn.TargetResponse));
}

/// <summary>
/// Which answers people should label, and in what order they see them. Scenarios (with a sample) are chosen so that every one has the same chance and each prefix of the
/// choice is spread evenly over the scorer's scores, all variants of each: that is what the correction of a difference needs. A larger number adds to a smaller one. The order
/// is random, by the run and the person: nothing tells which variant an answer is of.
/// </summary>
public sealed class LabelQueue(RunStore runs, CellLedger cells, LabelStore labels)
{
    private readonly Lock _lock = new();
    private (string RunId, int Metric, int Count, long Cells) _key;
    private IReadOnlyList<CellAddress> _chosen = [];

    /// <summary>The first answer from a place on that the person has not labelled, then from the beginning; null when all are.</summary>
    internal async Task<AnswerToLabel?> NextAsync(RunRecord run, LabelMetric metric, string labeller, int count, int from, CancellationToken cancellationToken)
    {
        var order = await OrderAsync(run, metric, labeller, count, cancellationToken);
        var done = await LabelledAsync(run, metric, labeller, cancellationToken);
        var labelled = order.Count(done.ContainsKey);
        for (var step = 0; step < order.Count; step++)
        {
            var position = (from + step) % order.Count;
            if (!done.ContainsKey(order[position]))
            {
                return await ReadAsync(run, metric, order, position, labelled, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>The answer at a place; null where there is none.</summary>
    internal async Task<AnswerToLabel?> FindAsync(RunRecord run, LabelMetric metric, string labeller, int count, int position, CancellationToken cancellationToken)
    {
        var order = await OrderAsync(run, metric, labeller, count, cancellationToken);
        return position >= 0 && position < order.Count ? await ReadAsync(run, metric, order, position, labelled: 0, cancellationToken) : null;
    }

    /// <summary>How many of the chosen answers this person labelled, and how many there are.</summary>
    internal async Task<(int Labelled, int Of)> ProgressAsync(RunRecord run, LabelMetric metric, string labeller, int count, CancellationToken cancellationToken)
    {
        var order = await OrderAsync(run, metric, labeller, count, cancellationToken);
        var done = await LabelledAsync(run, metric, labeller, cancellationToken);
        return (order.Count(done.ContainsKey), order.Count);
    }

    /// <summary>Takes this person's last label of the chosen answers back, and gives the place of its answer; null when there is none.</summary>
    internal async Task<int?> UndoAsync(RunRecord run, LabelMetric metric, string labeller, int count, CancellationToken cancellationToken)
    {
        var order = await OrderAsync(run, metric, labeller, count, cancellationToken);
        var done = await LabelledAsync(run, metric, labeller, cancellationToken);
        if (order.Where(done.ContainsKey).Select(address => done[address]).MaxBy(label => label.At) is not { } last)
        {
            return null;
        }

        await labels.RemoveAsync(run.RunId, last, cancellationToken);
        return order.IndexOf(last.Address);
    }

    private async Task<AnswerToLabel> ReadAsync(RunRecord run, LabelMetric metric, List<CellAddress> order, int position, int labelled, CancellationToken cancellationToken)
    {
        var address = order[position];
        var scenario = (await runs.FindItemAsync(run.RunId, address.Item, cancellationToken))!;
        var transcript = (await cells.FindTranscriptAsync(run.RunId, address, cancellationToken))!;
        var rubric = scenario.ScorersOf(run.Scorers)[metric.Index].Judge is { } judge ? JudgePrompt.RubricFor(judge, scenario) : "";
        return new AnswerToLabel(address, position, order.Count, labelled, scenario, transcript, rubric);
    }

    private async Task<Dictionary<CellAddress, CellLabel>> LabelledAsync(RunRecord run, LabelMetric metric, string labeller, CancellationToken cancellationToken) =>
        await labels.AllAsync(run.RunId, cancellationToken)
            .Where(label => label.Metric == metric.Name && label.Labeller == labeller)
            .ToDictionaryAsync(label => label.Address, cancellationToken: cancellationToken);

    private async Task<List<CellAddress>> OrderAsync(RunRecord run, LabelMetric metric, string labeller, int count, CancellationToken cancellationToken)
    {
        var order = (await ChooseAsync(run, metric, count, cancellationToken)).ToArray();
        VerdictRules.RandomOf(run, $"{metric.Name}\n{labeller}", 0).Shuffle(order);
        return [.. order];
    }

    private async Task<IReadOnlyList<CellAddress>> ChooseAsync(RunRecord run, LabelMetric metric, int count, CancellationToken cancellationToken)
    {
        // All cells are read for it, so the last choice is kept for the next answer.
        var finished = (await cells.CountAsync(run, cancellationToken)).Sum(counts => counts.Finished);
        var key = (run.RunId, metric.Index, count, finished);
        lock (_lock)
        {
            if (_key == key)
            {
                return _chosen;
            }
        }

        var scorer = Evaluation.Scoring.Scorers.Create(run.Scorers[metric.Index]);
        var slots = new Dictionary<(int Item, int Sample), (double Sum, List<CellAddress> Cells)>();
        await foreach (var cell in cells.AllAsync(run, cancellationToken))
        {
            if (RunScores.ValueOf(cell, scorer, metric.Index) is { } score)
            {
                var slot = (cell.Address.Item, cell.Address.Sample);
                var (sum, known) = slots.GetValueOrDefault(slot, (0, []));
                known.Add(cell.Address);
                slots[slot] = (sum + score, known);
            }
        }

        var random = VerdictRules.RandomOf(run, metric.Name, slots.Count);
        CellAddress[][] byScore = [.. slots.Values.Select(slot => (Score: slot.Sum / slot.Cells.Count, Tie: random.NextDouble(), slot.Cells)).OrderBy(slot => slot.Score).ThenBy(slot => slot.Tie).Select(slot => slot.Cells.ToArray())];
        var chosen = new List<CellAddress>();
        foreach (var place in EvenSample.Places(byScore.Length, random))
        {
            if (chosen.Count >= count)
            {
                break;
            }

            chosen.AddRange(byScore[place]);
        }

        lock (_lock)
        {
            (_key, _chosen) = (key, chosen);
        }

        return chosen;
    }
}

/// <summary>
/// Places of a sorted list in an order of which each beginning is spread evenly over the list: van der Corput's sequence, turned by a random angle (Cranley and Patterson 1976,
/// doi:10.1137/0713071), so that every place has the same chance to be among the first.
/// </summary>
internal static class EvenSample
{
    public static IEnumerable<int> Places(int count, Random random)
    {
        var (free, shift) = (new SortedSet<int>(Enumerable.Range(0, count)), random.NextDouble());
        for (var index = 0u; free.Count > 0; index++)
        {
            var point = (Reversed(index) + shift) % 1;
            var wanted = (int)(point * count);

            // Taken already: the next one above, and from the beginning where there is none.
            var place = free.GetViewBetween(wanted, count) is { Count: > 0 } above ? above.Min : free.Min;
            free.Remove(place);
            yield return place;
        }
    }

    private static double Reversed(uint index)
    {
        var (value, digit) = (0.0, 0.5);
        for (; index > 0; index >>= 1, digit /= 2)
        {
            value += (index & 1) * digit;
        }

        return value;
    }
}
