using System.CommandLine;
using System.Text.Json;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Local;

namespace FunctionsEval.Cli;

/// <summary>functionseval review: looks at runs, queue and agents once, and prints what is open; review acknowledge says that one of it is known.</summary>
internal static class ReviewCommand
{
    private static readonly Argument<string> FindingId = new("id") { Description = "The finding, as review shows it" };
    private static readonly Option<string?> By = new("--by") { Description = "Who knows of it", HelpName = "NAME" };
    private static readonly Option<string?> Note = new("--note") { Description = "What is done about it", HelpName = "TEXT" };
    private static readonly Option<bool> Undo = new("--undo") { Description = "Take it back" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("review", "Look at runs, their queue and the agents' pipeline, and print what needs attention") { CommonOptions.Data, CommonOptions.Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        command.Add(Acknowledge(terminal));
        return command;
    }

    private static Command Acknowledge(Terminal terminal)
    {
        var command = new Command("acknowledge", "Say that you know of a finding: it stays open until its condition is gone, and asks for no attention any more")
        {
            FindingId, By, Note, Undo, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => AcknowledgeAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> AcknowledgeAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var program = CommonOptions.OpenExisting(terminal, arguments);
        var (id, now) = (arguments.GetRequiredValue(FindingId), program.Clock.GetUtcNow());
        var request = new AcknowledgeRequest(arguments.GetValue(By), arguments.GetValue(Note));
        if (request.Errors(now) is { Count: > 0 } errors)
        {
            throw new UsageException(string.Join(" ", errors.Select(error => OptionNames.In(error.Message, arguments))));
        }

        var acknowledgement = arguments.GetValue(Undo) ? null : new Acknowledgement(now, request.By, request.Note);
        var finding = await program.Get<FindingStore>().AcknowledgeAsync(id, acknowledgement, cancellationToken) switch
        {
            null => throw new UsageException($"finding '{id}' does not exist; review shows the ids of those that do."),
            { ResolvedAt: { } at } => throw new UsageException(FindingsApi.Resolved(id, at)),
            var known => known,
        };
        if (arguments.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(finding, ReviewsJson.Context.Finding));
        }
        else
        {
            terminal.Say(acknowledgement is null ? $"{finding.Rule} of {finding.Subject} asks for attention again." : $"{finding.Rule} of {finding.Subject} is acknowledged.");
        }

        return ExitCodes.Completed;
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
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, ReviewsJson.Context.ReviewReport));
            return ExitCodes.Completed;
        }

        foreach (var finding in report.Findings)
        {
            terminal.Out.WriteLine(Visible.Line($"{JsonRules.Name(finding.Severity),-6}  {finding.Rule,-18}  {finding.Id}  {finding.Subject}  since {finding.FirstSeenAt:yyyy-MM-dd HH:mm}Z"));
            terminal.Out.WriteLine(Visible.Line($"        {finding.Message} {finding.SuggestedAction}"));
            if (finding.Acknowledged is { } known)
            {
                terminal.Out.WriteLine(Visible.Line($"        acknowledged {known.At:yyyy-MM-dd HH:mm}Z{(known.By is { } by ? $" by {by}" : "")}{(known.Note is { } note ? $": {note}" : "")}"));
            }
        }

        if (report.Findings.Count == 0)
        {
            terminal.Out.WriteLine("Nothing to look at.");
        }

        return ExitCodes.Completed;
    }
}
