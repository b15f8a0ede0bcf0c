using System.CommandLine;
using System.CommandLine.Parsing;

namespace Kinema.Cli;

/// <summary>A command together with what its help screen says beyond its options.</summary>
internal sealed class Verb(string name, string purpose) : Command(name, purpose)
{
    /// <summary>Lines a reader can copy and run.</summary>
    public IReadOnlyList<string> Examples { get; private set; } = [];

    /// <summary>Other commands, a page of the documentation, or what the exit code means.</summary>
    public string? SeeAlso { get; private set; }

    /// <summary>Says what the command does and how its help shows it.</summary>
    /// <param name="examples">Lines a reader can copy and run.</param>
    /// <param name="seeAlso">Ends the help screen.</param>
    /// <param name="run">Gets the parsed line and the terminal; sets <see cref="Terminal.ExitCode"/> if it is not 0.</param>
    public Verb With(IReadOnlyList<string> examples, string? seeAlso, Action<ParseResult, Terminal> run)
    {
        Describe(examples, seeAlso);
        foreach (var option in Options.Where(option => IsText(option.ValueType)))
            option.Validators.Add(result => RefuseEmpty(result, result.Tokens, option.Name, option.HelpName));
        foreach (var argument in Arguments.Where(argument => IsText(argument.ValueType)))
            argument.Validators.Add(result => RefuseEmpty(result, result.Tokens, argument.Name.ToUpperInvariant(), argument.HelpName));
        SetAction(parse =>
        {
            var terminal = Terminal.Of(parse);
            run(parse, terminal);
            return (int)terminal.ExitCode;
        });
        return this;
    }

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(string[]);

    // What a script's unset variable gives: an empty path would be the folder one is in.
    private static void RefuseEmpty(SymbolResult result, IReadOnlyList<Token> tokens, string name, string? takes)
    {
        if (tokens.Any(token => token.Value.Length == 0)) result.AddError($"{name} is empty: it takes {takes ?? "a value"}");
    }

    /// <summary>For a group of commands, which does nothing itself.</summary>
    /// <inheritdoc cref="With"/>
    public Verb Describe(IReadOnlyList<string> examples, string? seeAlso = null)
    {
        (Examples, SeeAlso) = (examples, seeAlso);
        return this;
    }

    /// <summary>As the user types it: <c>kinema layouts show</c>.</summary>
    public static string FullName(Command command)
    {
        var parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? "kinema" : $"{FullName(parent)} {command.Name}";
    }
}
