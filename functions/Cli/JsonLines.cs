namespace FunctionsEval.Cli;

/// <summary>The log of a server: JSON lines on standard output, never on standard error, which the Functions host takes for errors.</summary>
internal static class JsonLines
{
    public static void Configure(ILoggingBuilder logging) => logging
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
        .AddJsonConsole(options => (options.UseUtcTimestamp, options.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
}
