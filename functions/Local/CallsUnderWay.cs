using FunctionsEval.Models;

namespace FunctionsEval.Local;

/// <summary>Before a stop: no new calls leave, and those under way are waited for, for they are paid for and would be made again.</summary>
internal static class CallsUnderWay
{
    /// <summary>Longer than most answers take, and as long as a build server or a container usually lets a process go on.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Between an answer and its row lie its scores and a commit.</summary>
    private static readonly TimeSpan ToStore = TimeSpan.FromMilliseconds(250);

    /// <param name="waiting">Told once how many there are, when they take longer than a moment.</param>
    public static async Task EndAsync(ProviderCatalogs catalogs, TimeProvider clock, Action<int> waiting)
    {
        var underWay = catalogs.Close();
        var started = clock.GetTimestamp();
        if (underWay() == 0)
        {
            return;
        }

        await Task.Delay(ToStore, clock);
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

        await Task.Delay(ToStore, clock);
    }
}
