using System.CommandLine;
using System.Globalization;

namespace Kinema.Cli;

/// <summary>Options that mean the same everywhere; <see cref="CommandLine"/> adds the first three to the root for every command.</summary>
internal static class CommonOptions
{
    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "only results and errors", Recursive = true };

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "more about what happens; stack traces", Recursive = true };

    public static Option<bool> HelpAll { get; } = new("--help-all") { Description = "help with every option", Recursive = true, Hidden = true };

    /// <summary>For the commands whose result a script would want. A fresh one each: an option belongs to one command.</summary>
    public static Option<bool> Json() => new("--json") { Description = "the result as one JSON document" };

    /// <summary>What computes; null means the processor, or what the recipe says.</summary>
    public static Option<string?> Device()
    {
        var option = new Option<string?>("--device") { Description = "cpu, cuda or cuda:N", HelpName = "NAME" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Torch.Device.TryParse(token.Value, out _))
                result.AddError($"--device takes {Torch.Device.Allowed}, not '{token.Value}'");
        });
        return option;
    }

    /// <summary>What of the clips is seen; null means what the recipe says.</summary>
    public static Option<string?> Stream() => new("--stream") { Description = "joint, bone, joint-motion or bone-motion", HelpName = "NAME" };

    /// <summary>How many threads compute; null means one a core.</summary>
    public static Option<int?> Threads() => Count("--threads", "threads to compute with; default: all cores");

    /// <summary>A number of things; what is below the least is refused as wrong usage, before anything is built.</summary>
    public static Option<int?> Count(string name, string description, int? value = null, int least = 1)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        if (value is not null) option.DefaultValueFactory = _ => value;
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var count) && count < least)
                result.AddError($"{name} takes a number from {least} up, not '{token.Value}'");
        });
        return option;
    }
}
