using System.CommandLine;

namespace FunctionsEval.Cli;

/// <summary>functionseval completion SHELL: a script by which a shell asks the program how a line could go on.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # eval "$(functionseval completion bash)" in ~/.bashrc
            _functionseval() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(functionseval "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _functionseval functionseval
            """,
        ["zsh"] = """
            # eval "$(functionseval completion zsh)" in ~/.zshrc
            _functionseval() {
                local -a words_found
                words_found=("${(@f)$(functionseval "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -- "${words_found[@]}"
                _files
            }
            compdef _functionseval functionseval
            """,
        ["fish"] = """
            # functionseval completion fish | source in ~/.config/fish/config.fish
            complete -c functionseval -a '(functionseval "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
            """,
        ["pwsh"] = """
            # functionseval completion pwsh | Out-String | Invoke-Expression in $PROFILE
            Register-ArgumentCompleter -Native -CommandName functionseval -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                functionseval "[suggest:$cursorPosition]" "$commandAst" 2>$null | Where-Object { $_ -like "$wordToComplete*" } |
                    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }
            """,
    };

    private static readonly Argument<string> Shell = new("shell") { Description = "bash, zsh, fish or pwsh" };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("completion", "Print a script that completes command lines in a shell") { Shell };
        command.SetAction(arguments =>
        {
            var shell = arguments.GetRequiredValue(Shell);
            terminal.Out.WriteLine(Scripts.GetValueOrDefault(shell) ?? throw new UsageException($"there is completion for {string.Join(", ", Scripts.Keys)}, but not for '{shell}'."));
            return ExitCodes.Completed;
        });
        return command;
    }
}
