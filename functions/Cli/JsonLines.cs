namespace FunctionsEval.Cli;

/// <summary>The log of a server: JSON lines on standard output, never on standard error, which the Functions host takes for errors.</summary>
internal static class JsonLines
{
    public static void Configure(ILoggingBuilder logging) => logging
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)

        // A start that fails is told by who asked for it, in a sentence without a stack trace.
        .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
        .AddJsonConsole(options => (options.UseUtcTimestamp, options.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
}
