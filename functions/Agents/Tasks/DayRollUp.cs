using System.Runtime.InteropServices;

namespace FunctionsEval.Agents.Tasks;

/// <summary>What tasks have in common that are counted together.</summary>
internal readonly record struct RollUpKey(string TaskType, string Model, string? Executor = null, string? PromptVariant = null, string? SkillVersion = null)
{
    /// <summary>Where a value goes once a day has too many different ones.</summary>
    public const string Others = "(other)";

    public static RollUpKey Of(TaskMetric metric) => new(metric.TaskType, metric.Model, metric.Executor, metric.PromptVariant, metric.SkillVersion);

    /// <summary>Of the parts, of which an empty one is none.</summary>
    public static RollUpKey Of(string taskType, string model, string executor, string promptVariant, string skillVersion) =>
        new(taskType, model, NotEmpty(executor), NotEmpty(promptVariant), NotEmpty(skillVersion));

    public IEnumerable<string> Parts() => [TaskType, Model, Executor ?? "", PromptVariant ?? "", SkillVersion ?? ""];

    public RollUpKey WithoutVariants() => new(TaskType, Others, Others, PromptVariant is null ? null : Others, SkillVersion is null ? null : Others);

    private static string? NotEmpty(string text) => text.Length > 0 ? text : null;
}

/// <summary>
/// The ended tasks of a day, added up. Nothing that the metrics endpoint says is lost by it: counts and sums are whole numbers, and durations
/// are counted by whole seconds, to which percentiles are rounded anyway. So adding, removing and merging in any order comes to the same.
/// </summary>
internal sealed class DayRollUp
{
    /// <summary>Beyond this, keys are folded together by task type: a row holds a mebibyte.</summary>
    public const int MaxCells = 1_000;

    private const byte Version = 1;

    public Dictionary<RollUpKey, RollUpCounts> Cells { get; } = [];

    /// <summary>How many tasks took so many seconds, rounded half to even.</summary>
    public Dictionary<int, long> Seconds { get; } = [];

    public void Add(TaskMetric metric) => Count(metric, 1);

    public void Remove(TaskMetric metric) => Count(metric, -1);

    public void Merge(DayRollUp other)
    {
        foreach (var (key, counts) in other.Cells)
        {
            CellOf(key, isBounded: false).Merge(counts);
        }

        foreach (var (seconds, count) in other.Seconds)
        {
            Seconds[seconds] = Seconds.GetValueOrDefault(seconds) + count;
        }
    }

    public RollUpCounts Total()
    {
        var total = new RollUpCounts();
        foreach (var cell in Cells.Values)
        {
            total.Merge(cell);
        }

        return total;
    }

    public byte[] ToBytes()
    {
        var texts = new List<string>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        int PlaceOf(string text)
        {
            if (!places.TryGetValue(text, out var place))
            {
                places[text] = place = texts.Count;
                texts.Add(text);
            }

            return place;
        }

        int[][] keys = [.. Cells.Keys.Select(key => key.Parts().Select(PlaceOf).ToArray())];
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Version);
        writer.Write7BitEncodedInt(texts.Count);
        texts.ForEach(writer.Write);
        writer.Write7BitEncodedInt(Cells.Count);
        foreach (var (key, counts) in keys.Zip(Cells.Values))
        {
            Array.ForEach(key, writer.Write7BitEncodedInt);
            counts.Write(writer);
        }

        writer.Write7BitEncodedInt(Seconds.Count);
        var last = 0;
        foreach (var (seconds, count) in Seconds.OrderBy(entry => entry.Key))
        {
            writer.Write7BitEncodedInt(seconds - last);
            writer.Write7BitEncodedInt64(count);
            last = seconds;
        }

        return stream.ToArray();
    }

    public static DayRollUp Parse(byte[] bytes)
    {
        var rollUp = new DayRollUp();
        rollUp.Merge(bytes);
        return rollUp;
    }

    /// <summary>Adds what was written of another one.</summary>
    public void Merge(byte[] bytes)
    {
        var reader = new RollUpReader(bytes);
        if (reader.Byte() is not Version and var version)
        {
            throw new InvalidDataException($"A roll-up of agent tasks has version {version}; this program knows {Version}.");
        }

        var texts = new string[reader.Int32()];
        for (var index = 0; index < texts.Length; index++)
        {
            texts[index] = reader.Text();
        }

        for (var left = reader.Int32(); left > 0; left--)
        {
            var key = RollUpKey.Of(texts[reader.Int32()], texts[reader.Int32()], texts[reader.Int32()], texts[reader.Int32()], texts[reader.Int32()]);
            CellOf(key, isBounded: false).Read(ref reader);
        }

        var seconds = 0;
        for (var left = reader.Int32(); left > 0; left--)
        {
            seconds += reader.Int32();
            CollectionsMarshal.GetValueRefOrAddDefault(Seconds, seconds, out _) += reader.Number();
        }
    }

    private void Count(TaskMetric metric, int sign)
    {
        var key = RollUpKey.Of(metric);
        var cell = CellOf(key, isBounded: true);
        cell.Count(metric, sign);
        if (cell.Tasks == 0)
        {
            Cells.Remove(key);
        }

        var seconds = (int)Math.Round(metric.DurationSeconds);
        var count = Seconds.GetValueOrDefault(seconds) + sign;
        if (count == 0)
        {
            Seconds.Remove(seconds);
        }
        else
        {
            Seconds[seconds] = count;
        }
    }

    private RollUpCounts CellOf(RollUpKey key, bool isBounded)
    {
        if (Cells.TryGetValue(key, out var known))
        {
            return known;
        }

        key = isBounded && Cells.Count >= MaxCells ? key.WithoutVariants() : key;
        if (!Cells.TryGetValue(key, out var cell))
        {
            Cells[key] = cell = new RollUpCounts();
        }

        return cell;
    }
}
