using System.Globalization;
using FunctionsEval.TestKit.FunctionsHost.Configuration;

namespace FunctionsEval.TestKit.FunctionsHost.Triggers;

/// <summary>NCRONTAB: second, minute, hour, day, month, day of week; five fields mean second 0. In UTC. Names of months and days are not read.</summary>
public sealed class CronSchedule
{
    private static readonly (int First, int Last)[] Ranges = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

    private readonly bool[][] _fields;

    private CronSchedule(bool[][] fields) => _fields = fields;

    public static CronSchedule Parse(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] six = parts.Length == 5 ? ["0", .. parts] : parts;
        return six.Length == 6
            ? new CronSchedule([.. six.Select((part, index) => Field(text, part, Ranges[index]))])
            : throw new HostConfigurationException($"Schedule '{text}' has {parts.Length} fields instead of 6.");
    }

    /// <summary>The first occurrence later than the given moment.</summary>
    public DateTimeOffset After(DateTimeOffset moment)
    {
        var time = new DateTimeOffset(moment.Ticks - (moment.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero).AddSeconds(1);
        for (var end = time.AddYears(8); time < end;)
        {
            if (!_fields[4][time.Month] || !_fields[3][time.Day] || !_fields[5][(int)time.DayOfWeek])
            {
                time = new DateTimeOffset(time.Date, TimeSpan.Zero).AddDays(1);
            }
            else if (!_fields[2][time.Hour])
            {
                time = new DateTimeOffset(time.Date, TimeSpan.Zero).AddHours(time.Hour + 1);
            }
            else if (!_fields[1][time.Minute])
            {
                time = time.AddSeconds(60 - time.Second);
            }
            else if (!_fields[0][time.Second])
            {
                time = time.AddSeconds(1);
            }
            else
            {
                return time;
            }
        }

        throw new InvalidOperationException("The schedule never comes.");
    }

    private static bool[] Field(string schedule, string part, (int First, int Last) range)
    {
        var allowed = new bool[range.Last + 1];
        foreach (var item in part.Split(','))
        {
            var (span, step) = item.Split('/') is [var left, var right] ? (left, Number(right)) : (item, 1);
            var (first, last) = span.Split('-') switch
            {
                ["*"] => range,
                [var low, var high] => (Number(low), Number(high)),
                [var one] => (Number(one), item.Contains('/', StringComparison.Ordinal) ? range.Last : Number(one)),
                _ => throw Bad(),
            };
            if (step < 1 || first < range.First || last > range.Last || first > last)
            {
                throw Bad();
            }

            for (var value = first; value <= last; value += step)
            {
                allowed[value] = true;
            }
        }

        return allowed;

        int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Bad();

        HostConfigurationException Bad() => new($"Schedule '{schedule}': '{part}' is not valid.");
    }
}
