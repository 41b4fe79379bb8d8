using System.Reflection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace FunctionsEval.Mcp;

/// <summary>The tools and what a client is told of them; the same over standard streams and over HTTP.</summary>
internal sealed class McpTools(StartTools start, ReadTools read, DecideTools decide)
{
    private const string Instructions =
        "FunctionsEval tells which prompt, model or setting is really better, and how sure that is. A definition holds models, scenarios and scorers; a run asks every scenario of "
        + "every model several times. The usual way: estimate_run, start_run, get_run until the status is completed, then read_answers with differ, or compare with an earlier run. "
        + "Report the sentences as they are: inconclusive does not mean equal.";

    public void Configure(McpServerOptions options)
    {
        options.ServerInfo = new Implementation
        {
            Name = "functionseval",
            Title = "FunctionsEval",
            Version = typeof(McpTools).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        };
        options.ServerInstructions = Instructions;
        options.ScopeRequests = false;
        options.ToolCollection = [.. start.All, .. read.All, .. decide.All];
    }
}
