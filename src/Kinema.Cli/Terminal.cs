using System.CommandLine;
using System.Text;
using Kinema.Storage;
using Spectre.Console;

namespace Kinema.Cli;

/// <summary>
/// Where a command writes. stdout carries the result only; progress, notes and complaints go to stderr. One for the process.
/// </summary>
internal sealed class Terminal
{
    private static readonly Lock Gate = new();
    private static Terminal? instance;
    private readonly Lazy<IAnsiConsole> console;
    private readonly Lazy<StopRequest> stop = new(() => new StopRequest());

    private Terminal(bool json, bool quiet, bool verbose)
    {
        (Json, Quiet, Verbose) = (json, quiet, verbose);
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Out = new StreamWriter(new ResultStream(System.Console.OpenStandardOutput()), utf8, 1 << 14) { NewLine = "\n" };
        Error = TextWriter.Synchronized(new StreamWriter(System.Console.OpenStandardError(), utf8, 1 << 10) { NewLine = "\n", AutoFlush = true });
        console = new Lazy<IAnsiConsole>(CreateConsole);
    }

    /// <summary>The result. Buffered: flush it where a reader waits for a line.</summary>
    public TextWriter Out { get; }

    /// <summary>Everything that is not the result.</summary>
    public TextWriter Error { get; }

    /// <summary>stderr with colours and progress bars, where it is a terminal that can show them.</summary>
    public IAnsiConsole Console => console.Value;

    /// <summary>The result is to be one JSON document.</summary>
    public bool Json { get; }

    /// <summary>Only results and errors.</summary>
    public bool Quiet { get; }

    /// <summary>Debug lines and stack traces.</summary>
    public bool Verbose { get; }

    /// <summary>What the process ends with when the command returns.</summary>
    public ExitCode ExitCode { get; set; }

    /// <summary>Ctrl-C and TERM. Handlers are set when a command first asks: until then a signal ends the process at once.</summary>
    public StopRequest Stop => stop.Value;

    /// <summary>A bar that redraws itself: only on a terminal that can, and never under continuous integration.</summary>
    public bool ShowsBar { get; } = !System.Console.IsErrorRedirected && !Dumb && Environment.GetEnvironmentVariable("CI") is null or "";

    private static bool Dumb => Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";

    /// <summary>The terminal of this process, made from the first parsed command line.</summary>
    public static Terminal Of(ParseResult parse)
    {
        lock (Gate)
        {
            return instance ??= new Terminal(Flag(parse, "--json"), Flag(parse, "--quiet"), Flag(parse, "--verbose"));
        }
    }

    /// <summary>One line about what happens; silent with <c>--quiet</c>.</summary>
    public void Note(string line)
    {
        if (!Quiet) { Error.WriteLine(line); }
    }

    /// <summary>One line that is only wanted with <c>--verbose</c>.</summary>
    public void Detail(string line)
    {
        if (Verbose) { Error.WriteLine(line); }
    }

    /// <summary>An error or a warning in one line; never silent.</summary>
    public void Complain(string line) => Error.WriteLine($"kinema: {line}");

    private static bool Flag(ParseResult parse, string name) => parse.GetResult(name) is not null && parse.GetValue<bool>(name);

    private IAnsiConsole CreateConsole()
    {
        // Spectre looks at stdout, and writes colours into files when TERM says xterm.
        var plain = System.Console.IsErrorRedirected || Dumb;
        var colours = !plain && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = plain ? InteractionSupport.No : InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(Error),
        });
    }

    /// <summary>Standard output whose failures are told apart from those of the files a command writes.</summary>
    private sealed class ResultStream(Stream inner) : Stream
    {
        private bool broken;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (broken) { return; }
            try
            {
                inner.Write(buffer);
            }
            catch (IOException error)
            {
                broken = true;
                throw new ResultNotWritten(error);
            }
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
