namespace FunctionsEval.Functions.Tests.AzureFunctions;

/// <summary>Orchestrator requests as the Durable extension writes them (numbers of the public protocol).</summary>
internal static class History
{
    public const string InstanceId = "r123456789abcdef";

    private static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static byte[] Request(byte[][] past, byte[][] next, string instanceId = InstanceId) => Proto.Message(
    [
        (1, instanceId),
        .. past.Select(historyEvent => (3, (object)historyEvent)),
        .. next.Select(historyEvent => (4, (object)historyEvent)),
    ]);

    public static byte[] Turn(int seconds = 0) => Event(-1, 14, [], seconds);

    public static byte[] Started(string name, string? input, string executionId = "0123456789abcdef0123456789abcdef") => Event(-1, 3, Proto.Message(
    [
        (1, name),
        .. Optional(3, input),
        (4, Proto.Message((1, InstanceId), (2, Proto.Text(executionId)))),
    ]));

    /// <summary>Without its input, as history has it.</summary>
    public static byte[] Scheduled(int id, string name) => Event(id, 6, Proto.Message((1, name)));

    public static byte[] Completed(int id, string? result) => Event(-1, 7, Proto.Message([(1, id), .. Optional(2, result)]));

    public static byte[] Failed(int id, byte[]? details) =>
        Event(-1, 8, details is null ? Proto.Message((1, id)) : Proto.Message((1, id), (2, details)));

    public static byte[] ChildCreated(int id, string instanceId, string name) => Event(id, 9, Proto.Message((1, instanceId), (2, name)));

    /// <summary>As the host fails an orchestration whose handler was away: without details.</summary>
    public static byte[] ChildFailed(int id) => Event(-1, 11, Proto.Message((1, id)));

    public static byte[] TimerCreated(int id) => Event(id, 12, Proto.Message((1, Proto.Time(Start))));

    public static byte[] TimerFired(int id) => Event(-1, 13, Proto.Message((1, Proto.Time(Start)), (2, id)));

    private static byte[] Event(int eventId, int kind, byte[] content, int seconds = 0) =>
        Proto.Message((1, eventId), (2, Proto.Time(Start.AddSeconds(seconds))), (kind, content));

    private static (int, object)[] Optional(int field, string? text) => text is null ? [] : [(field, Proto.Text(text))];
}
