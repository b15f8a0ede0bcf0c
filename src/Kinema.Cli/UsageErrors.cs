using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>Says in one line what is wrong with the command line, names the nearest valid word, and points to the help.</summary>
internal static class UsageErrors
{
    public static int Report(Terminal terminal, ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        terminal.Complain(Explain(command, parse));
        terminal.Error.WriteLine($"try '{Verb.FullName(command)} -h'");
        return (int)ExitCode.Usage;
    }

    /// <summary>A mistyped option that the library took for an argument, such as <c>train --bogus</c>; null if there is none.</summary>
    public static string? StrayOption(ParseResult parse) => parse.CommandResult.Children.OfType<ArgumentResult>()
        .SelectMany(argument => argument.Tokens).Select(token => token.Value).FirstOrDefault(IsOption);

    private static bool IsOption(string token) => token.StartsWith('-') && token.Length > 1;

    private static string Explain(Command command, ParseResult parse)
    {
        var verbs = command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name).ToList();
        if ((StrayOption(parse) ?? parse.UnmatchedTokens.FirstOrDefault()) is { } token)
        {
            if (IsOption(token))
            {
                var options = HelpScreen.OptionsOf(command).SelectMany(option => option.Aliases.Append(option.Name));
                return $"'{Verb.FullName(command)}' has no option '{token}'{Hint(token, options)}";
            }
            return verbs.Count > 0
                ? $"'{Verb.FullName(command)}' has no command '{token}'{Hint(token, verbs)}"
                : $"'{Verb.FullName(command)}' does not expect '{token}'";
        }
        if (verbs.Count > 0 && command.Action is null)
        {
            return $"'{Verb.FullName(command)}' needs one of: {string.Join(", ", verbs)}";
        }
        var missing = command.Arguments.FirstOrDefault(argument =>
            argument.Arity.MinimumNumberOfValues > 0 && (parse.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MinimumNumberOfValues);
        if (missing is not null)
        {
            return $"'{Verb.FullName(command)}' needs {missing.HelpName ?? missing.Name.ToUpperInvariant()}: {missing.Description}";
        }
        if (command.Options.FirstOrDefault(option => option.Required && parse.GetResult(option) is null or OptionResult { Implicit: true }) is { } wanted)
        {
            return $"'{Verb.FullName(command)}' needs {wanted.Name} {wanted.HelpName}: {wanted.Description}";
        }
        return parse.Errors.Count > 0 ? Message(parse.Errors[0]) : "the command line is incomplete";
    }

    private static string Message(ParseError error)
    {
        var (name, symbol) = error.SymbolResult switch
        {
            OptionResult { Option: var given } => (given.Name, (Symbol)given),
            ArgumentResult { Argument: var given } => (given.HelpName ?? given.Name.ToUpperInvariant(), given),
            _ => ("", null),
        };
        if (error.SymbolResult is OptionResult { Option: { Arity.MaximumNumberOfValues: 1 } once, IdentifierTokenCount: > 1 and var times })
        {
            return string.Create(CultureInfo.InvariantCulture, $"{once.Name} is given {times} times; it takes one value");
        }
        if (symbol is not null && error.SymbolResult!.Tokens is [.., var word] && Allowed(symbol) is { Count: > 0 } allowed && !allowed.Contains(word.Value))
        {
            return $"{name} takes {string.Join(", ", allowed)}, not '{word.Value}'{Hint(word.Value, allowed)}";
        }
        if (error.SymbolResult is OptionResult { Option: var option, Tokens: [.., var last] } && KindOf(option.ValueType) is { } kind
            && !Fits(option.ValueType, last.Value))
        {
            return $"{option.Name} takes {kind}, not '{last.Value}'";
        }
        return error.Message.ReplaceLineEndings(" ").Replace('\t', ' ').TrimEnd('.');
    }

    // The words that completion offers, where there are no others.
    private static List<string> Allowed(Symbol symbol) => [.. symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];

    private static string? KindOf(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner
            ? KindOf(inner)
            : type == typeof(int) || type == typeof(long) ? "a whole number" : type == typeof(double) ? "a number" : null;

    private static bool Fits(Type type, string text) => Nullable.GetUnderlyingType(type) is { } inner ? Fits(inner, text) : type == typeof(double)
        ? double.TryParse(text, CultureInfo.InvariantCulture, out _)
        : type == typeof(int) ? int.TryParse(text, CultureInfo.InvariantCulture, out _) : long.TryParse(text, CultureInfo.InvariantCulture, out _);

    private static string Hint(string token, IEnumerable<string> known) =>
        NearestName.Find(token.Split('=')[0], known) is { } name ? $"; did you mean '{name}'?" : "";
}
