using System.Diagnostics;
using System.Text.Json.Serialization;

namespace FunctionsEval.Storage.Ownership;

/// <summary>The process that owns a store: enough for a person to find it and for a successor to see that it is gone.</summary>
public sealed record StoreOwner(string Host, int ProcessId, DateTimeOffset ProcessStarted, string Command, DateTimeOffset OwnedSince)
{
    public static StoreOwner ThisProcess(TimeProvider clock)
    {
        using var process = Process.GetCurrentProcess();
        return new StoreOwner(Environment.MachineName, Environment.ProcessId, StartOf(process), CommandLine(), clock.GetUtcNow());
    }

    /// <summary>True when this owner ran on this machine and has ended. The start time tells it from a later process with its number.</summary>
    public bool IsKnownDead()
    {
        if (!string.Equals(Host, Environment.MachineName, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(ProcessId);
            return process.HasExited || (StartOf(process) - ProcessStarted).Duration() > TimeSpan.FromSeconds(2);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return true;
        }
    }

    public override string ToString() => $"process {ProcessId} on {Host} (since {OwnedSince.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, command: {Command})";

    private static DateTimeOffset StartOf(Process process) => new DateTimeOffset(process.StartTime).ToUniversalTime();

    // Arguments may hold secrets and prompts, so only the program and its verb are written down.
    private static string CommandLine()
    {
        var arguments = Environment.GetCommandLineArgs();
        var verb = arguments.Length > 1 && arguments[1].All(char.IsAsciiLetter) ? " " + arguments[1] : "";
        return Path.GetFileNameWithoutExtension(arguments[0]) + verb;
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoreOwner))]
internal sealed partial class StoreOwnerJson : JsonSerializerContext;
