namespace FunctionsEval.Durable.Executor;

/// <summary>
/// The one thread that runs an orchestrator, for as long as a turn lasts. Continuations of awaits come here and run inside the turn;
/// what comes from another thread or after the turn is not run but remembered: the orchestrator awaited something foreign.
/// </summary>
internal sealed class Turn : TaskScheduler
{
    private readonly Context _context;
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private volatile int _thread;
    private volatile bool _foreign;

    public Turn() => _context = new Context(this);

    /// <summary>True once user code was resumed by something that is not of its context.</summary>
    public bool HasForeignWork => _foreign;

    public bool IsHere => _thread == Environment.CurrentManagedThreadId;

    public void Run(Action body)
    {
        // A task on this scheduler makes TaskScheduler.Current ours, so that ContinueWith stays inside the turn as await does.
        var task = new Task(() =>
        {
            var outer = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(_context);
            _thread = Environment.CurrentManagedThreadId;
            try
            {
                body();
            }
            finally
            {
                _thread = 0;
                SynchronizationContext.SetSynchronizationContext(outer);
            }
        });
        task.RunSynchronously(this);
        task.GetAwaiter().GetResult();
    }

    /// <summary>Runs what user code has posted to itself (Task.Yield, continuations too deep to be inlined).</summary>
    public void Drain()
    {
        while (_posted.TryDequeue(out var work))
        {
            work.Callback(work.State);
        }
    }

    public void Verify()
    {
        if (!IsHere)
        {
            _foreign = true;
            throw new InvalidOperationException(
                "The orchestration context was used outside a turn of its orchestrator: an orchestrator may only await tasks of its context, without ConfigureAwait(false) and Task.Run.");
        }
    }

    public void MarkForeign() => _foreign = true;

    protected override void QueueTask(Task task) => Post(state => TryExecuteTask((Task)state!), task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void Post(SendOrPostCallback callback, object? state)
    {
        if (IsHere)
        {
            _posted.Enqueue((callback, state));
        }
        else
        {
            _foreign = true;
        }
    }

    private sealed class Context(Turn turn) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => turn.Post(d, state);

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("An orchestrator must not block on its own continuations.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
