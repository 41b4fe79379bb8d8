using System.CommandLine;
using FunctionsEval.Local;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Cli;

/// <summary>functionseval resume [RUNID]: goes on with a run that was interrupted, killed or paused. A finished run is only printed.</summary>
internal static class ResumeCommand
{
    private static readonly Argument<string?> RunIdArgument = new("runId")
    {
        Description = "The run; without it the newest unfinished one",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("resume", "Go on with an unfinished run")
        {
            RunIdArgument, CommonOptions.Concurrency, CommonOptions.BaseUrl, CommonOptions.Data, CommonOptions.Json,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = CommonOptions.SettingsOf(terminal, arguments);
        settings.RequireExistingStore();
        return RunSession.ResumeAsync(
            terminal,
            settings,
            arguments.GetValue(CommonOptions.Json),
            async program => await program.FindRunAsync(
                arguments.GetValue(RunIdArgument), run => !run.Status.IsFinished(), "no unfinished run", cancellationToken),
            (program, run) => ResumeAsync(program, run, settings.BaseUrl, cancellationToken),
            cancellationToken);
    }

    private static async Task ResumeAsync(LocalProgram program, RunRecord run, string? baseUrl, CancellationToken cancellationToken)
    {
        if (run.Status.IsFinished())
        {
            return;
        }

        // Before its cells go on: they must find the new base URL, and must not fail for a missing key.
        var (rules, url) = (program.Get<RunRules>(), baseUrl ?? run.Calls.BaseUrl);
        if (rules.ModelErrors(run.Variants, url).Concat(rules.JudgeErrors(run.AllScorers(), url)).FirstOrDefault() is { } error)
        {
            throw new UsageException(error.Message);
        }

        if (baseUrl is not null)
        {
            await program.Get<RunStore>().ChangeAsync(run.RunId, current => current with { Calls = current.Calls with { BaseUrl = baseUrl } }, cancellationToken);
        }

        if (run.Status == RunStatus.Paused)
        {
            await program.Get<RunControl>().ResumeAsync(run.RunId, cancellationToken);
        }
        else
        {
            await program.Get<EnqueuePipelineJob>()(new PipelineJob(PipelineJob.Start, run.RunId), cancellationToken);
        }
    }
}
