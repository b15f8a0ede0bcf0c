using System.Text.Json;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>Writes one clip in the JSON form that <see cref="ClipJson"/> reads, so that a clip can be handed around by itself.</summary>
public static class ClipJsonWriter
{
    /// <summary>Writes the clip's only person; numbers read back exactly.</summary>
    /// <param name="clip">A clip of one person.</param>
    /// <param name="layout">Its joints; a 2-dimensional layout gives pairs.</param>
    /// <param name="path">The file to create or replace.</param>
    /// <exception cref="ArgumentException">The clip has several persons, for which the form has no place, or joints of another layout.</exception>
    /// <exception cref="KinemaException">The file cannot be written.</exception>
    public static void Write(SkeletonClip clip, SkeletonLayout layout, string path)
    {
        if (clip.Persons != 1 || clip.Joints != layout.JointCount)
        {
            throw new ArgumentException(
                $"clip {clip.Name}: the form takes M = 1 person of the layout's V = {layout.JointCount} joints; got {clip.Persons} and {clip.Joints}",
                nameof(clip));
        }
        var points = clip.Coordinates.ToArray();
        AtomicFile.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream);
            json.WriteStartObject();
            json.WriteString("file_name", clip.Name);
            if (clip.Label >= 0)
                json.WriteNumber("label", clip.Label + 1);
            json.WriteStartArray("skeletons");
            for (var frame = 0; frame < clip.Frames; frame++)
            {
                json.WriteStartArray();
                for (var joint = 0; joint < clip.Joints; joint++)
                {
                    json.WriteStartArray();
                    for (var axis = 0; axis < layout.Dimensions; axis++)
                        json.WriteNumberValue(points[((frame * clip.Joints) + joint) * 3 + axis]);
                    json.WriteEndArray();
                }
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
