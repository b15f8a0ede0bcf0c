using Kinema.Skeletons.Datasets;
using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>Which protocol of a data set is meant by what was made under one: the same, or the set's only one with a note.</summary>
internal static class ProtocolChoice
{
    /// <summary>The protocol of that name; where it was not asked for and the set has but one other, that one, with a note.</summary>
    /// <param name="set">The data set.</param>
    /// <param name="path">Where it lies, for messages.</param>
    /// <param name="asked">What the user asked for; null to take <paramref name="origin"/>.</param>
    /// <param name="origin">The protocol that what is scored comes from.</param>
    /// <param name="relation">What <paramref name="origin"/> is to it, as "which these scores are of".</param>
    /// <param name="remedy">What to do where the set has several others.</param>
    /// <param name="terminal">Where the note goes.</param>
    /// <exception cref="KinemaException">The set does not have it (<see cref="ExitCode.Usage"/>).</exception>
    public static string Of(ClipDataset set, string path, string? asked, string origin, string relation, string remedy, Terminal terminal)
    {
        var known = set.Protocols.Select(protocol => protocol.Name).ToList();
        var name = asked ?? origin;
        if (known.Contains(name)) return name;
        var missing = $"no protocol '{name}'{(asked is null ? $", {relation}" : "")}";
        if (asked is not null || known is not [var only])
            throw new KinemaException(ExitCode.Usage, $"{path}: {missing}; it has {string.Join(", ", known)}: {remedy}");
        terminal.Note($"{path}: has {missing}; its only one, {only}, is taken");
        return only;
    }
}
