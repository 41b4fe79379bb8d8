namespace FunctionsEval.TestKit.FunctionsHost;

/// <param name="AppSettings">The app's settings; they become environment variables of the handler. FUNCTIONS_WORKER_RUNTIME is added.</param>
/// <param name="Clock">For durable timers, schedules, retries and timeouts; the real one when not given. Queues and pings keep real time.</param>
/// <param name="RunsTimers">False leaves timer triggers to <see cref="FunctionsHostDouble.FireTimerAsync"/>.</param>
public sealed record FunctionsHostOptions(IReadOnlyDictionary<string, string>? AppSettings = null, TimeProvider? Clock = null, bool RunsTimers = false);
