using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents.Metrics;

/// <summary>What tasks have in common that are counted together.</summary>
internal readonly record struct RollUpKey(string TaskType, string Model, string? Executor = null, string? PromptVariant = null, string? SkillVersion = null)
{
    /// <summary>Where a value goes once a day has too many different ones.</summary>
    public const string Others = "(other)";

    public static RollUpKey Of(TaskMetric metric) => new(metric.TaskType, metric.Model, metric.Executor, metric.PromptVariant, metric.SkillVersion);

    public RollUpKey WithoutVariants() => new(TaskType, Others, Others, PromptVariant is null ? null : Others, SkillVersion is null ? null : Others);
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

    public byte[] ToBytes()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Version);
        writer.Write7BitEncodedInt(Cells.Count);
        foreach (var (key, counts) in Cells)
        {
            writer.Write(key.TaskType);
            writer.Write(key.Model);
            writer.Write(key.Executor ?? "");
            writer.Write(key.PromptVariant ?? "");
            writer.Write(key.SkillVersion ?? "");
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
        using var reader = new BinaryReader(new MemoryStream(bytes, writable: false));
        if (reader.ReadByte() is not Version and var version)
        {
            throw new InvalidDataException($"A roll-up of agent tasks has version {version}; this program knows {Version}.");
        }

        var rollUp = new DayRollUp();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var key = new RollUpKey(reader.ReadString(), reader.ReadString(), Text(reader), Text(reader), Text(reader));
            rollUp.Cells[key] = RollUpCounts.Read(reader);
        }

        var seconds = 0;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            seconds += reader.Read7BitEncodedInt();
            rollUp.Seconds[seconds] = reader.Read7BitEncodedInt64();
        }

        return rollUp;
    }

    private static string? Text(BinaryReader reader) => reader.ReadString() is { Length: > 0 } text ? text : null;

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
