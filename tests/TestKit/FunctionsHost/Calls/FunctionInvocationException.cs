namespace FunctionsEval.TestKit.FunctionsHost.Calls;

/// <summary>A call that the host counts as failed; the reason is the inner exception. What the handler had answered is lost, as with the real host.</summary>
public sealed class FunctionInvocationException(string function, Exception reason)
    : Exception($"Exception while executing function: Functions.{function}", reason);

/// <summary>A call that took longer than <c>functionTimeout</c>; the host restarts the handler because of it.</summary>
public sealed class FunctionTimeoutException(string function, TimeSpan limit)
    : Exception($"Timeout value of {limit} was exceeded by function: {function}");
