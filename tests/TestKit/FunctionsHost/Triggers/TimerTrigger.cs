using FunctionsEval.TestKit.FunctionsHost.Calls;
using FunctionsEval.TestKit.FunctionsHost.Configuration;
using FunctionsEval.TestKit.FunctionsHost.Handler;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FunctionsEval.TestKit.FunctionsHost.Triggers;

/// <summary>A timer trigger: one call at a time, the next occurrence reckoned after it. A failure is not repeated.</summary>
internal sealed class TimerTrigger
{
    private readonly FunctionDefinition _function;
    private readonly FunctionInvoker _invoker;
    private readonly Func<string> _durableClient;
    private readonly HostLog _log;
    private readonly TimeProvider _clock;
    private readonly CronSchedule _schedule;
    private readonly SemaphoreSlim _one = new(1);
    private DateTimeOffset? _last;

    public TimerTrigger(
        FunctionDefinition function, IReadOnlyDictionary<string, string> settings, FunctionInvoker invoker, Func<string> durableClient, HostLog log, TimeProvider clock)
    {
        (_function, _invoker, _durableClient, _log, _clock) = (function, invoker, durableClient, log, clock);
        var schedule = function.Trigger.Text("schedule") ?? throw new HostConfigurationException($"{function.Name}: schedule is missing.");
        _schedule = CronSchedule.Parse(schedule.Length > 2 && schedule[0] == '%' && schedule[^1] == '%' ? settings[schedule[1..^1]] : schedule);
    }

    public string Name => _function.Name;

    public void Start(BackgroundWork work) => work.Start(async cancellationToken =>
    {
        if (_function.Trigger.Flag("runOnStartup"))
        {
            await FireAsync(isPastDue: false, cancellationToken);
        }

        while (true)
        {
            var now = _clock.GetUtcNow();
            await Task.Delay(_schedule.After(now) - now, _clock, cancellationToken);
            await FireAsync(isPastDue: false, cancellationToken);
        }
    });

    /// <returns>False when the call failed.</returns>
    public async Task<bool> FireAsync(bool isPastDue, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await _invoker.InvokeAsync(new WrappedCall(_function, [.. _function.Bindings.Where(binding => binding.IsInput).Select(binding => (binding.Name, Value(binding, isPastDue)))], new BindingData()), cancellationToken);
            return true;
        }
        catch (Exception e) when (e is FunctionInvocationException or FunctionTimeoutException)
        {
            _log.Write($"Timer '{Name}' failed: {(e.InnerException ?? e).Message}");
            return false;
        }
        finally
        {
            _last = _clock.GetUtcNow();
            _one.Release();
        }
    }

    private object? Value(FunctionBinding binding, bool isPastDue) => binding.IsTrigger
        ? new JObject { ["Schedule"] = new JObject { ["AdjustForDST"] = true }, ["ScheduleStatus"] = Status(), ["IsPastDue"] = isPastDue }
        : _durableClient();

    private JToken Status() => _last is { } last
        ? JToken.FromObject(new { Last = last, Next = _schedule.After(_clock.GetUtcNow()), LastUpdated = last }, JsonSerializer.CreateDefault())
        : JValue.CreateNull();
}
