using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Reflection;
using Kinema.Cli.Commands;
using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>Parses the arguments, runs the command, and turns whatever happens into one line and a documented exit code.</summary>
internal static class CommandLine
{
    /// <summary>The version of this program, such as <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The whole program.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var parse = Root().Parse(args);
        var terminal = Terminal.Of(parse);
        try
        {
            if (parse.GetValue(CommonOptions.HelpAll))
            {
                HelpScreen.Write(terminal.Out, parse.CommandResult.Command, all: true);
            }
            else if (parse.Action is ParseErrorAction or null
                || (parse.Errors.Count == 0 && parse.Action is not HelpScreen && UsageErrors.StrayOption(parse) is not null))
            {
                return UsageErrors.Report(terminal, parse);
            }
            else
            {
                // The library's own handler prints a trace, and its time limit after a signal is too short to save a checkpoint.
                var exit = parse.Invoke(new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = terminal.Out, Error = terminal.Error,
                });
                terminal.Out.Flush();
                return exit;
            }
            terminal.Out.Flush();
            return (int)ExitCode.Done;
        }
        catch (Exception error)
        {
            return Faults.Report(terminal, error);
        }
    }

    internal static RootCommand Root()
    {
        var root = new RootCommand("learn 3D-skeleton action representations by contrast")
        {
            DemoCommand.Create(),
            TrainCommand.Create(),
            EvalCommand.Create(),
            PredictCommand.Create(),
            ExportCommand.Create(),
            EnsembleCommand.Create(),
            RunsCommand.Create(),
            DataCommand.Create(),
            ModelsCommand.Create(),
            LayoutsCommand.Create(),
            ConfigCommand.Create(),
            BenchCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
        };
        root.Add(CommonOptions.Quiet);
        root.Add(CommonOptions.Verbose);
        root.Add(CommonOptions.HelpAll);
        // The library's help option also answers to /h, /? and -?, which completion would offer.
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        root.Add(new HelpOption("--help", "-h") { Action = new HelpScreen(), Description = "this help" });
        foreach (var option in root.Options)
        {
            if (option is VersionOption version) { version.Action = new PrintVersion(); version.Description = "the version of Kinema"; }
        }
        root.SetAction(parse => HelpScreen.Write(Terminal.Of(parse).Out, root, all: false));
        return root;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override int Invoke(ParseResult parseResult)
        {
            Terminal.Of(parseResult).Out.WriteLine($"kinema {Version}");
            return (int)ExitCode.Done;
        }
    }
}
