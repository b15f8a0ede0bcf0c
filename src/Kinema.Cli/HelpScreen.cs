using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;

namespace Kinema.Cli;

/// <summary>
/// One screen (80 columns, at most 40 lines) a command: purpose, usage, examples, options with their defaults. Asked for with <c>-h</c>,
/// so it goes to stdout. Options marked hidden wait for <c>--help-all</c>.
/// </summary>
internal sealed class HelpScreen : SynchronousCommandLineAction
{
    private const int Width = 80;

    public override bool Terminating => true;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Write(Terminal.Of(parseResult).Out, parseResult.CommandResult.Command, all: false);
        return 0;
    }

    public static void Write(TextWriter output, Command command, bool all)
    {
        var name = Verb.FullName(command);
        var verbs = command.Subcommands.Where(sub => all || !sub.Hidden).ToList();
        var arguments = command.Arguments.Where(argument => !argument.Hidden).ToList();
        output.WriteLine($"{name}: {command.Description}");
        output.WriteLine();
        var operands = string.Concat(arguments.Select(argument => " " + Operand(argument)));
        output.WriteLine($"usage: {name}{(verbs.Count > 0 ? " COMMAND" : operands)} [options]");

        var verb = command as Verb;
        IReadOnlyList<string> examples = verb?.Examples ?? (command is RootCommand ? RootExamples : []);
        Section(output, "examples:", examples.Select(line => $"  {line}"));
        Section(output, "commands:", Columns(verbs.Select(sub => (sub.Name, sub.Description ?? ""))));
        Section(output, "arguments:", Columns(arguments.Select(argument => (argument.HelpName ?? argument.Name.ToUpperInvariant(), Text(argument)))));
        var options = OptionsOf(command).Where(option => all || !option.Hidden).ToList();
        Section(output, "options:", Columns(options.Select(option => (Label(option), Text(option)))));
        if (!all && command.Options.Any(option => option.Hidden && option != CommonOptions.HelpAll))
        {
            output.WriteLine($"\nmore options: {name} --help-all");
        }
        if (verb?.SeeAlso is { } other)
        {
            output.WriteLine();
            foreach (var line in Wrap($"see also: {other}", Width)) { output.WriteLine(line); }
        }
        if (command is RootCommand) { output.WriteLine("\neach command has its own help: kinema COMMAND -h; exit codes: docs/cli.md"); }
    }

    /// <summary>The options of a command, its own first, then those it shares with all.</summary>
    public static IEnumerable<Option> OptionsOf(Command command)
    {
        var shared = new List<Option>();
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; parent = parent.Parents.OfType<Command>().FirstOrDefault())
        {
            shared.AddRange(parent.Options.Where(option => option.Recursive));
        }
        return command.Options.Concat(shared).OrderBy(option => option is HelpOption ? 1 : 0);
    }

    private static readonly string[] RootExamples =
    [
        "kinema demo                        everything at once, in minutes",
        "kinema doctor                      is this machine ready?",
        "kinema data synth --out toy        made-up clips, no licence needed",
        "kinema data inspect toy            what is in them, what is wrong",
    ];

    private static string Operand(Argument argument)
    {
        var label = argument.HelpName ?? argument.Name.ToUpperInvariant();
        if (argument.Arity.MaximumNumberOfValues > 1) { label += "..."; }
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{label}]" : label;
    }

    private static string Label(Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name).Distinct().OrderBy(alias => alias.Length));
        var takesValue = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool) && option is not HelpOption and not VersionOption;
        var value = option.HelpName ?? "VALUE";
        return !takesValue ? names : option.Arity.MinimumNumberOfValues == 0 ? $"{names} [{value}]" : $"{names} {value}";
    }

    private static string Text(Option option)
    {
        var text = option.Description ?? "";
        var shown = option.HasDefaultValue ? Default(option.GetDefaultValue()) : null;
        if (option.Required) { return $"{text} (required)"; }
        return shown is null ? text : $"{text} [default: {shown}]";
    }

    private static string Text(Argument argument)
    {
        var text = argument.Description ?? "";
        return argument.HasDefaultValue && Default(argument.GetDefaultValue()) is { } shown ? $"{text} [default: {shown}]" : text;
    }

    private static string? Default(object? value) => value switch
    {
        null or false or "" => null,
        System.Collections.IEnumerable items and not string => string.Join(',', items.Cast<object>()) is { Length: > 0 } joined ? joined : null,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static void Section(TextWriter output, string title, IEnumerable<string> lines)
    {
        var list = lines.ToList();
        if (list.Count == 0) { return; }
        output.WriteLine();
        output.WriteLine(title);
        foreach (var line in list) { output.WriteLine(line); }
    }

    private static IEnumerable<string> Columns(IEnumerable<(string Left, string Right)> rows)
    {
        var list = rows.ToList();
        if (list.Count == 0) { yield break; }
        var left = Math.Min(28, list.Max(row => row.Left.Length)) + 4;
        foreach (var row in list)
        {
            var label = $"  {row.Left}";
            if (label.Length > left - 2 && row.Right.Length > 0)
            {
                yield return label;
                label = "";
            }
            foreach (var part in Wrap(row.Right, Width - left))
            {
                yield return (label.PadRight(left) + part).TrimEnd();
                label = "";
            }
        }
    }

    /// <summary>Text in lines of a width; a word that is longer stays whole.</summary>
    internal static IEnumerable<string> Wrap(string text, int width = Width)
    {
        while (text.Length > width)
        {
            var cut = text.LastIndexOf(' ', width);
            if (cut <= 0) { break; }
            yield return text[..cut];
            text = text[(cut + 1)..];
        }
        yield return text;
    }
}
