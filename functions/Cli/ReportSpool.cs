using System.Globalization;
using System.Text.Json;

namespace FunctionsEval.Cli;

/// <summary>A report of an agent's task on its way to the service.</summary>
public sealed record SpooledReport(string Method, string Path, JsonElement Body);

internal enum SendOutcome
{
    Sent,

    /// <summary>The service will never take it.</summary>
    Refused,

    /// <summary>The service cannot be reached, or does not let this caller in: it is kept.</summary>
    Away,
}

/// <param name="Message">What the service or the network said; null when all is well.</param>
internal readonly record struct SendResult(SendOutcome Outcome, string? Message = null);

/// <summary>
/// Reports that wait to be sent, a file each, so that none is lost when the service or this process goes away. Names order them by time.
/// Two processes may send the same file at once: a report counts once.
/// </summary>
internal sealed class ReportSpool(string dataFolder, TimeProvider clock)
{
    private const string Waiting = ".json";
    private const string Refused = ".refused";

    private readonly string _folder = Path.Combine(dataFolder, "agent-reports");
    private int _added;

    public int Count => Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, $"*{Waiting}").Count() : 0;

    public string Add(SpooledReport report)
    {
        Directory.CreateDirectory(_folder);
        var name = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().UtcTicks:D19}-{Environment.ProcessId}-{_added++:D4}");
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, JsonSerializer.Serialize(report, CliJson.Context.SpooledReport));
        File.Move(path, path + Waiting, overwrite: true);
        return path + Waiting;
    }

    /// <summary>Sends what waits, oldest first, until the service is away. By file name: how each ended.</summary>
    public async Task<IReadOnlyList<(string File, SendResult Result)>> SendAsync(
        Func<SpooledReport, CancellationToken, Task<SendResult>> send, CancellationToken cancellationToken)
    {
        var results = new List<(string, SendResult)>();
        foreach (var file in Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, $"*{Waiting}").Order(StringComparer.Ordinal).ToList() : [])
        {
            var result = await SendAsync(file, send, cancellationToken);
            results.Add((file, result));
            switch (result.Outcome)
            {
                case SendOutcome.Away:
                    return results;
                case SendOutcome.Sent:
                    File.Delete(file);
                    break;
                default:
                    File.Move(file, Path.ChangeExtension(file, Refused), overwrite: true);
                    break;
            }
        }

        return results;
    }

    private static async Task<SendResult> SendAsync(string file, Func<SpooledReport, CancellationToken, Task<SendResult>> send, CancellationToken cancellationToken)
    {
        try
        {
            var report = JsonSerializer.Deserialize(await File.ReadAllTextAsync(file, cancellationToken), CliJson.Context.SpooledReport);
            return report is null ? new SendResult(SendOutcome.Refused, "The file holds no report.") : await send(report, cancellationToken);
        }
        catch (JsonException exception)
        {
            return new SendResult(SendOutcome.Refused, $"The file is not JSON: {exception.Message}");
        }
        catch (FileNotFoundException)
        {
            // Another process sent it.
            return new SendResult(SendOutcome.Sent);
        }
    }
}
