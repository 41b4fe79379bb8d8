using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Engine;

/// <summary>What comes to an instance. Exactly one of the callbacks is called, once, and never while a lock is held.</summary>
internal sealed class Message(HistoryEvent? historyEvent)
{
    /// <summary>Null only wakes the instance: it has something to say that no event asked for.</summary>
    public HistoryEvent? Event { get; } = historyEvent;

    /// <summary>The execution it is meant for; null: whichever runs.</summary>
    public string? ExecutionId { get; init; }

    /// <summary>Known by this id when it comes again.</summary>
    public string? Id { get; init; }

    /// <summary>The event is durable, or there is nobody to take it (any more).</summary>
    public Action? Settled { get; init; }

    /// <summary>An instance of this id is running already; only for starts.</summary>
    public Action? Rejected { get; init; }

    /// <summary>The engine stopped before the message was taken.</summary>
    public Action? Abandoned { get; init; }
}
