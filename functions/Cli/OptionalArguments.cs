using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace FunctionsEval.Cli;

/// <summary>The list of verbs as the library prints it, with brackets around arguments that may be left out, as the verbs' own help has them.</summary>
internal sealed class OptionalArguments(HelpAction inner) : SynchronousCommandLineAction
{
    public static void Mark(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new OptionalArguments((HelpAction)help.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        var exitCode = inner.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        var help = text.ToString();
        if (parseResult.CommandResult.Command is RootCommand root)
        {
            foreach (var verb in root.Subcommands)
            {
                foreach (var argument in verb.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues == 0))
                {
                    // The brackets take the place of two spaces, so that the columns stay.
                    help = help.Replace($"  {verb.Name} <{argument.Name}>  ", $"  {verb.Name} [<{argument.Name}>]", StringComparison.Ordinal);
                }
            }
        }

        output.Write(help);
        return exitCode;
    }
}
