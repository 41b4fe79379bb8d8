using FunctionsEval.Local;
using FunctionsEval.Models;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Hosting;

/// <summary>
/// Waits, when the worker is told to stop or its host is gone, for the calls of models that are under way: their answers are paid for, and
/// storing them needs no host.
/// </summary>
internal sealed partial class CallsAtStop(ProviderCatalogs catalogs, CellLedger ledger, TimeProvider clock, ILogger<CallsAtStop> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => CallsUnderWay.EndAsync(catalogs, ledger, clock, LogWaiting);

    [LoggerMessage(LogLevel.Information, "The worker waits for {Calls} calls under way before it stops")]
    private partial void LogWaiting(int calls);
}
