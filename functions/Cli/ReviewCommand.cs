using System.CommandLine;
using System.Text.Json;
using FunctionsEval.Agents;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Local;

namespace FunctionsEval.Cli;

/// <summary>functionseval review: looks at runs, queue and agents once, and prints what is open.</summary>
internal static class ReviewCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("review", "Look at runs, their queue and the agents' pipeline, and print what needs attention") { CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        // What is found is printed; the log would only say it again.
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        settings.RequireExistingStore();
        await using var program = LocalProgram.Open(settings, LoggerFactory.Create(_ => { }));
        var report = await program.Get<Review>().RunAsync(cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, AgentsJson.Context.ReviewReport));
            return ExitCodes.Completed;
        }

        foreach (var finding in report.Findings)
        {
            terminal.Out.WriteLine(Visible.Line($"{JsonRules.Name(finding.Severity),-6}  {finding.Rule,-18}  {finding.Subject}  since {finding.FirstSeenAt:yyyy-MM-dd HH:mm}Z"));
            terminal.Out.WriteLine(Visible.Line($"        {finding.Message} {finding.SuggestedAction}"));
        }

        if (report.Findings.Count == 0)
        {
            terminal.Out.WriteLine("Nothing to look at.");
        }

        return ExitCodes.Completed;
    }
}
