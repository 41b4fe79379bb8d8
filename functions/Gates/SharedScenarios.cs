namespace FunctionsEval.Gates;

/// <summary>Scenarios that two runs have in common: the same id, and the same words.</summary>
internal static class SharedScenarios
{
    public static IReadOnlyList<(int Item, int Baseline)> Of(
        IReadOnlyList<GateScenario> items, IReadOnlyList<GateScenario> baseline, List<string> problems, List<string> notes)
    {
        var known = baseline.Select((scenario, index) => (scenario, index)).ToDictionary(pair => pair.scenario.Id, StringComparer.Ordinal);
        var shared = new List<(int, int)>();
        var changed = new List<string>();
        var added = 0;
        foreach (var (index, item) in items.Index())
        {
            if (!known.Remove(item.Id, out var other))
            {
                added++;
            }
            else if (item.Words is null || other.scenario.Words is null || item.Words == other.scenario.Words)
            {
                shared.Add((index, other.index));
            }
            else
            {
                changed.Add(item.Id);
            }
        }

        if (shared.Count == 0)
        {
            problems.Add("The runs share no scenario.");
        }

        if (known.Count > 0)
        {
            problems.Add($"{known.Count} scenarios of the baseline are not in the run, such as '{known.Keys.Order(StringComparer.Ordinal).First()}'.");
        }

        if (changed.Count > 0)
        {
            notes.Add($"{changed.Count} scenarios ask something else now and are left out, such as '{changed[0]}'.");
        }

        if (added > 0)
        {
            notes.Add($"{added} scenarios are new and have no baseline.");
        }

        return shared;
    }
}
