using System.CommandLine;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Parsing;

namespace FunctionsEval.Cli;

/// <summary>functionseval init: writes a definition that runs, after three questions or from options.</summary>
internal static class InitCommand
{
    private const string StandardModel = "openai:gpt-4.1-mini";
    private const int StandardSamples = 5;

    private static readonly Argument<string> File = new("file") { Description = "The file to write", DefaultValueFactory = _ => "definition.yaml" };
    private static readonly Option<string?> Name = new("--name") { Description = "What the comparison is called", HelpName = "NAME" };
    private static readonly Option<string?> Model = new("--model") { Description = $"The model to ask (default: {StandardModel})", HelpName = "PROVIDER:MODEL" };
    private static readonly Option<int?> Samples = new("--samples") { Description = $"Answers for each scenario and prompt (default: {StandardSamples})", HelpName = "N", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace a file that is there" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("init", "Write a definition to begin with") { File, Name, Model, Samples, Force };
        command.SetAction((arguments, cancellationToken) => RunAsync(terminal, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var file = arguments.GetRequiredValue(File);
        if (Path.Exists(file) && !arguments.GetValue(Force))
        {
            throw new UsageException($"'{file}' is there already: --force replaces it.");
        }

        var name = arguments.GetValue(Name) ?? Ask(terminal, "What is compared?", "capitals");
        var model = arguments.GetValue(Model) ?? Ask(terminal, "Which model answers (provider:model)?", StandardModel);
        var samples = arguments.GetValue(Samples) ?? Number(Ask(terminal, "How many answers for each scenario and prompt?", $"{StandardSamples}"));
        var yaml = YamlOf(name, model, samples);
        if (DefinitionReader.ReadYaml(yaml) is DefinitionOutcome.Rejected(var errors))
        {
            throw new UsageException(errors[0].Message);
        }

        await System.IO.File.WriteAllTextAsync(file, yaml, cancellationToken);
        terminal.Say($"{file} is written. Change its prompts and scenarios, then: {terminal.Program} run {file}");
        return ExitCodes.Completed;
    }

    private static string Ask(Terminal terminal, string question, string standard)
    {
        if (!terminal.CanAsk)
        {
            return standard;
        }

        terminal.Error.Write($"{question} [{standard}] ");
        return terminal.In!.ReadLine() is { } answer && answer.Trim().Length > 0 ? answer.Trim() : standard;
    }

    private static int Number(string text) => int.TryParse(text, out var number) ? number : throw new UsageException($"the number of answers must be a whole number, but is '{text}'.");

    private static string YamlOf(string name, string model, int samples) => $$$"""
        # Every field is explained in docs/definitions.md.
        name: {{{Quoted(name)}}}
        prompts:
          - { name: plain, template: "What is the capital of {{ country }}?" }
          - { name: terse, template: "Capital of {{ country }}? Answer with its name only." }
        models: [{{{Quoted(model)}}}]
        samplesPerScenario: {{{samples}}}
        scorers: [{ type: exact, ignoreCase: true }]
        compare: { margin: 0.05 }
        scenarios:                       # below 10 scenarios there is no verdict; 30 or more are better
          - { id: fr, vars: { country: France }, expected: Paris }
          - { id: jp, vars: { country: Japan }, expected: Tokyo }
          - { id: ke, vars: { country: Kenya }, expected: Nairobi }
          - { id: pe, vars: { country: Peru }, expected: Lima }
          - { id: ca, vars: { country: Canada }, expected: Ottawa }
          - { id: au, vars: { country: Australia }, expected: Canberra }
          - { id: eg, vars: { country: Egypt }, expected: Cairo }
          - { id: fi, vars: { country: Finland }, expected: Helsinki }
          - { id: vn, vars: { country: Vietnam }, expected: Hanoi }
          - { id: ma, vars: { country: Morocco }, expected: Rabat }
          - { id: cu, vars: { country: Cuba }, expected: Havana }
          - { id: np, vars: { country: Nepal }, expected: Kathmandu }

        """;

    // JSON is YAML.
    private static string Quoted(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"";
}
