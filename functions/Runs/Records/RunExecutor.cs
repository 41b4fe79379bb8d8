using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Records;

/// <summary>
/// Who works on a run: the function app, or one process of a machine. It is stored on the run's row, so that no two work on the same run.
/// </summary>
/// <param name="Name">Unique among executors.</param>
/// <param name="Machine">Of a process; tells machines and containers apart. Null for the function app.</param>
/// <param name="ProcessId">Of a process.</param>
/// <param name="ProcessStart">When the process started, in ticks of its machine's clock since boot: a process id may be given again.</param>
/// <param name="Until">Until when the run is held if nothing renews it. Null for the function app, whose orchestration holds the run until it ends.</param>
public sealed record RunExecutor(string Name, string? Machine = null, int? ProcessId = null, long? ProcessStart = null, DateTimeOffset? Until = null)
{
    /// <summary>How long a run stays with a process that has not renewed its lease.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    public static readonly RunExecutor FunctionApp = new("function-app");

    [JsonIgnore]
    public bool IsProcess => ProcessId is not null;

    /// <summary>This process; it may be one of many on this machine.</summary>
    public static RunExecutor ThisProcess()
    {
        var start = StartOf(Environment.ProcessId) ?? 0;
        return new RunExecutor(
            string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{start}"),
            MachineId(),
            Environment.ProcessId,
            start);
    }

    public bool Is(RunExecutor other) => Name == other.Name;

    /// <summary>True when this executor can no longer work on anything: its lease has run out, or its process is known to be gone.</summary>
    public bool IsGone(DateTimeOffset now) =>
        IsProcess && (Until <= now || (Machine == MachineId() && StartOf(ProcessId!.Value) != ProcessStart));

    public override string ToString() => IsProcess
        ? string.Create(CultureInfo.InvariantCulture, $"process {ProcessId} of {Name.Split('/')[0]}")
        : "the function app";

    // A container shares the boot of its machine, but numbers its processes by itself.
    private static string MachineId() => OperatingSystem.IsLinux()
        ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {new FileInfo("/proc/self/ns/pid").LinkTarget}"
        : Environment.MachineName;

    private static long? StartOf(int processId)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(processId);
                return process.StartTime.Ticks;
            }

            // Field 22 of the line, behind the name in brackets, which may hold spaces (man 5 proc). A zombie holds nothing any more.
            var line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
