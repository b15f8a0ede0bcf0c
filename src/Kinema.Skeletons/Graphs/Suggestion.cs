using Kinema.Storage;

namespace Kinema.Skeletons.Graphs;

/// <summary>The nearest name, as a clause of a message.</summary>
internal static class Suggestion
{
    /// <summary>" (did you mean 'spine'?)", or nothing if no known name is near enough to be a slip of the finger.</summary>
    public static string For(string name, IEnumerable<string> known) =>
        NearestName.Find(name, known) is { } nearest ? $" (did you mean '{nearest}'?)" : "";
}
