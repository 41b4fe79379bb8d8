namespace FunctionsEval.Agents.Tasks;

/// <summary>
/// Tasks that ended, written shortly: what reviews ask of them, as one row a day instead of one a task. What was asked for is left out but for the
/// goal and backlog item, an error is cut, and a task counts as created when it ended.
/// </summary>
internal static class EndedDay
{
    /// <summary>No rule looks at more of an error.</summary>
    private const int MaxError = 2_000;

    private const byte Version = 1;

    [Flags]
    private enum Has : byte
    {
        Nothing = 0,
        Usage = 1,
        Cost = 2,
        Probability = 4,
        Item = 8,
    }

    /// <summary>What <see cref="Parse"/> gives of a task that was written.</summary>
    public static AgentTask Short(AgentTask task)
    {
        var (metric, ended) = (task.Metric!, task.EndedAt!.Value.ToUniversalTime());
        return new AgentTask(
            task.TaskId, metric.Status, ended, ended,
            task.Request?.BacklogItem is { } item ? new TaskRequest(task.TaskId, metric.TaskType, BacklogItem: item, Goal: task.Request.Goal) : null,
            metric with { CreatedAt = ended, Executor = task.Executor, Goal = task.Goal, Error = Cut(metric.Error) is { Length: > 0 } error ? error : null }, EndedAt: ended);
    }

    public static byte[] ToBytes(IReadOnlyList<AgentTask> tasks)
    {
        var texts = new List<string> { "" };
        var places = new Dictionary<string, int>(StringComparer.Ordinal) { [""] = 0 };
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        foreach (var task in tasks)
        {
            Write(writer, task, task.Metric!, text => PlaceOf(text ?? "", texts, places));
        }

        var all = new MemoryStream();
        using var head = new BinaryWriter(all);
        head.Write(Version);
        head.Write7BitEncodedInt(texts.Count);
        texts.ForEach(head.Write);
        head.Write7BitEncodedInt(tasks.Count);
        head.Write(body.GetBuffer().AsSpan(0, (int)body.Length));
        return all.ToArray();
    }

    public static List<AgentTask> Parse(byte[] bytes)
    {
        var reader = new RollUpReader(bytes);
        if (reader.Byte() is not Version and var version)
        {
            throw new InvalidDataException($"A day of ended tasks has version {version}; this program knows {Version}.");
        }

        var texts = new string[reader.Int32()];
        for (var index = 0; index < texts.Length; index++)
        {
            texts[index] = reader.Text();
        }

        var tasks = new List<AgentTask>(reader.Int32());
        for (var left = tasks.Capacity; left > 0; left--)
        {
            tasks.Add(Read(ref reader, texts));
        }

        return tasks;
    }

    private static void Write(BinaryWriter writer, AgentTask task, TaskMetric metric, Func<string?, int> place)
    {
        var usage = metric.Usage;
        var has = (usage is null ? Has.Nothing : Has.Usage) | (usage?.CostUsd is null ? Has.Nothing : Has.Cost)
            | (metric.AssignmentProbability is null ? Has.Nothing : Has.Probability) | (task.Request?.BacklogItem is null ? Has.Nothing : Has.Item);
        writer.Write((byte)has);
        writer.Write((byte)metric.Status);
        writer.Write(task.TaskId);
        writer.Write7BitEncodedInt64(task.EndedAt!.Value.UtcTicks);
        writer.Write(metric.DurationSeconds);
        string?[] named = [metric.TaskType, metric.Model, task.Executor, metric.PromptVariant, metric.SkillVersion, task.Goal, Cut(metric.Error)];
        Array.ForEach(named, text => writer.Write7BitEncodedInt(place(text)));
        Write(writer, metric.OutputChars);
        if (usage is not null)
        {
            Write(writer, usage.InputTokens);
            Write(writer, usage.OutputTokens);
            Write(writer, usage.Calls);
        }

        if (usage?.CostUsd is { } cost)
        {
            writer.Write(cost);
        }

        if (metric.AssignmentProbability is { } probability)
        {
            writer.Write(probability);
        }

        if (task.Request?.BacklogItem is { } item)
        {
            writer.Write7BitEncodedInt(place(item));
            writer.Write7BitEncodedInt(place(task.Request.Goal));
        }
    }

    private static AgentTask Read(ref RollUpReader reader, string[] texts)
    {
        var has = (Has)reader.Byte();
        var (status, id) = ((AgentTaskStatus)reader.Byte(), reader.Text());
        var ended = new DateTimeOffset(reader.Number(), TimeSpan.Zero);
        var seconds = reader.Double();
        var (type, model, executor, variant) = (texts[reader.Int32()], texts[reader.Int32()], NotEmpty(texts[reader.Int32()]), NotEmpty(texts[reader.Int32()]));
        var (skill, goal, error) = (NotEmpty(texts[reader.Int32()]), NotEmpty(texts[reader.Int32()]), NotEmpty(texts[reader.Int32()]));
        var output = (int?)ReadNumber(ref reader);
        TaskUsage? usage = null;
        if (has.HasFlag(Has.Usage))
        {
            var (input, written, calls) = (ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader));
            usage = new TaskUsage(input, written, calls, has.HasFlag(Has.Cost) ? reader.Double() : null);
        }

        double? probability = has.HasFlag(Has.Probability) ? reader.Double() : null;
        var request = has.HasFlag(Has.Item) ? new TaskRequest(id, type, BacklogItem: texts[reader.Int32()], Goal: NotEmpty(texts[reader.Int32()])) : null;
        var metric = new TaskMetric(id, type, model, seconds, status, ended, executor, variant, skill, probability, goal, usage, error, output);
        return new AgentTask(id, status, ended, ended, request, metric, EndedAt: ended);
    }

    private static int PlaceOf(string text, List<string> texts, Dictionary<string, int> places)
    {
        if (!places.TryGetValue(text, out var place))
        {
            places[text] = place = texts.Count;
            texts.Add(text);
        }

        return place;
    }

    /// <summary>One more than the number; 0 is none.</summary>
    private static void Write(BinaryWriter writer, long? number) => writer.Write7BitEncodedInt64(number + 1 ?? 0);

    private static long? ReadNumber(ref RollUpReader reader) => reader.Number() is > 0 and var next ? next - 1 : null;

    private static string? Cut(string? error) => error is { Length: > MaxError } ? error[..MaxError] : error;

    private static string? NotEmpty(string text) => text.Length > 0 ? text : null;
}
