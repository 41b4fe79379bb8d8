using FunctionsEval.Models;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Local;

/// <summary>Before a stop: no new calls leave, and those under way are waited for, for they are paid for and would be made again.</summary>
internal static class CallsUnderWay
{
    /// <summary>Longer than most answers take, and as long as a build server or a container usually lets a process go on.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>From the end of a call until the ledger knows that there is something to store.</summary>
    private static readonly TimeSpan ToScore = TimeSpan.FromMilliseconds(250);

    /// <summary>For the rows of the last answers. A conversation that has more turns to come is kept turn by turn and not waited for longer.</summary>
    private static readonly TimeSpan ToStore = TimeSpan.FromSeconds(2);

    /// <param name="waiting">Told once how many there are, when they take longer than a moment.</param>
    public static async Task EndAsync(ProviderCatalogs catalogs, CellLedger ledger, TimeProvider clock, Action<int> waiting)
    {
        var underWay = catalogs.Close();
        var started = clock.GetTimestamp();
        if (underWay() == 0)
        {
            return;
        }

        await Task.Delay(ToScore, clock);
        var isSaid = false;
        while (underWay() is > 0 and var calls && clock.GetElapsedTime(started) < Patience)
        {
            if (!isSaid)
            {
                waiting(calls);
                isSaid = true;
            }

            await Task.Delay(Interval, clock);
        }

        await Task.Delay(ToScore, clock);
        var ended = clock.GetTimestamp();
        while (ledger.Unstored > 0 && clock.GetElapsedTime(ended) < ToStore)
        {
            await Task.Delay(Interval, clock);
        }
    }
}
