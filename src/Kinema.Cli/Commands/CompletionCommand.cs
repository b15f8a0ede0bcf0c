using System.CommandLine;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema completion SHELL</c>: a script that asks <c>kinema "[suggest:POSITION]" "LINE"</c> what may come next.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # kinema completion for bash: source <(kinema completion bash)
        _kinema() {
            local line=${COMP_LINE#* } suggestions
            suggestions=$("${COMP_WORDS[0]}" "[suggest:$((COMP_POINT - ${#COMP_LINE} + ${#line}))]" "$line" 2> /dev/null) || return
            mapfile -t COMPREPLY < <(compgen -W "$suggestions" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o bashdefault -o default -F _kinema kinema ./kinema
        """;

    private const string Zsh = """
        # kinema completion for zsh: source <(kinema completion zsh)
        _kinema() {
            local line="${words[2,CURRENT]}"
            local -a suggestions=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2> /dev/null)}")
            compadd -a suggestions || _files
        }
        compdef _kinema kinema
        """;

    private const string Fish = """
        # kinema completion for fish: kinema completion fish | source
        function __kinema_complete
            set -l line (string replace -r '^\S+\s+' '' -- (commandline -cp))
            kinema "[suggest:"(string length -- "$line")"]" "$line" 2> /dev/null
        end
        complete -c kinema -a '(__kinema_complete)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return new Verb("completion", "prints a script that completes commands and options")
        {
            shell,
        }.With(
            ["kinema completion bash > ~/.local/share/bash-completion/completions/kinema"],
            "the script calls the kinema that is being typed",
            (parse, terminal) => terminal.Out.WriteLine(parse.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish }));
    }
}
