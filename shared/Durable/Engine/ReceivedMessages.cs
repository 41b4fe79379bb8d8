namespace FunctionsEval.Durable.Engine;

/// <summary>
/// The message ids an instance has seen. Ids of other instances stay until their sender has forgotten the message durably; of the ids
/// that clients give, the newest are kept.
/// </summary>
internal sealed class ReceivedMessages(int remembered)
{
    private const string FromClient = "c:";
    private const string FromInstance = "i:";

    private readonly Lock _lock = new();
    private readonly List<string> _ids = [];
    private IReadOnlyList<string>? _snapshot = [];

    public static string ClientId(string messageId) => FromClient + messageId;

    public static string InstanceId(string sender, string executionId, int actionId) => $"{FromInstance}{sender}:{executionId}:{actionId}";

    public void Load(IEnumerable<string> ids)
    {
        lock (_lock)
        {
            _ids.Clear();
            _ids.AddRange(ids);
            _snapshot = null;
        }
    }

    public bool TryAdd(string id)
    {
        lock (_lock)
        {
            if (_ids.Contains(id, StringComparer.Ordinal))
            {
                return false;
            }

            _ids.Add(id);
            if (_ids.Count > remembered && _ids.Count(IsFromClient) > remembered)
            {
                _ids.RemoveAt(_ids.FindIndex(IsFromClient));
            }

            _snapshot = null;
            return true;
        }
    }

    public void Forget(string id)
    {
        lock (_lock)
        {
            if (_ids.Remove(id))
            {
                _snapshot = null;
            }
        }
    }

    public IReadOnlyList<string> Snapshot()
    {
        lock (_lock)
        {
            return _snapshot ??= [.. _ids];
        }
    }

    private static bool IsFromClient(string id) => id.StartsWith(FromClient, StringComparison.Ordinal);
}
