namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>What a key of an object in a pose file means.</summary>
internal enum PoseKey
{
    /// <summary>Nothing we know.</summary>
    Other,

    /// <summary>A list of frames, or of bodies that say which image they are in.</summary>
    Frames,

    /// <summary>A list of bodies.</summary>
    Persons,

    /// <summary>Joints in the picture.</summary>
    Joints,

    /// <summary>Joints in space: better than those in the picture.</summary>
    JointsInSpace,

    /// <summary>Confidence in the body or, as a list, in its joints.</summary>
    Score,

    /// <summary>Who it is.</summary>
    Person,

    /// <summary>The number or time of a frame.</summary>
    Frame,

    /// <summary>The number or name of an image, which stands at each of its bodies.</summary>
    Image,

    /// <summary>The class.</summary>
    Label,

    /// <summary>Who performs.</summary>
    Subject,

    /// <summary>The camera.</summary>
    Camera,

    /// <summary>The arrangement of cameras.</summary>
    Setup,

    /// <summary>train, test, ….</summary>
    Split,
}

/// <summary>
/// The keys that pose estimators use: OpenPose (<c>people</c>, <c>pose_keypoints_2d</c>), MediaPipe (<c>poseWorldLandmarks</c>, …), AlphaPose
/// and COCO results (<c>image_id</c>, <c>keypoints</c>, <c>idx</c>), MMPose (<c>instances</c>, <c>keypoint_scores</c>), files like those of Kinetics-skeleton
/// of other layouts (<c>data</c>, <c>frame_index</c>, <c>skeleton</c>, <c>pose</c>) and NW-UCLA (<c>skeletons</c>).
/// </summary>
internal static class PoseKeys
{
    private static readonly Dictionary<string, PoseKey> Known = new(StringComparer.Ordinal)
    {
        ["frames"] = PoseKey.Frames, ["data"] = PoseKey.Frames, ["annotations"] = PoseKey.Frames, ["results"] = PoseKey.Frames,
        ["sequence"] = PoseKey.Frames, ["instance_info"] = PoseKey.Frames,
        ["people"] = PoseKey.Persons, ["persons"] = PoseKey.Persons, ["poses"] = PoseKey.Persons, ["skeleton"] = PoseKey.Persons,
        ["instances"] = PoseKey.Persons, ["predictions"] = PoseKey.Persons,
        ["keypoints"] = PoseKey.Joints, ["keypoint"] = PoseKey.Joints, ["pose_keypoints_2d"] = PoseKey.Joints, ["pose"] = PoseKey.Joints,
        ["joints"] = PoseKey.Joints, ["landmarks"] = PoseKey.Joints, ["pose_landmarks"] = PoseKey.Joints, ["poseLandmarks"] = PoseKey.Joints,
        ["positions"] = PoseKey.Joints, ["skeletons"] = PoseKey.Joints,
        ["pose_keypoints_3d"] = PoseKey.JointsInSpace, ["keypoints_3d"] = PoseKey.JointsInSpace, ["keypoints3D"] = PoseKey.JointsInSpace,
        ["worldLandmarks"] = PoseKey.JointsInSpace, ["world_landmarks"] = PoseKey.JointsInSpace,
        ["pose_world_landmarks"] = PoseKey.JointsInSpace, ["poseWorldLandmarks"] = PoseKey.JointsInSpace,
        ["score"] = PoseKey.Score, ["scores"] = PoseKey.Score, ["confidence"] = PoseKey.Score, ["keypoint_scores"] = PoseKey.Score,
        ["keypoint_score"] = PoseKey.Score, ["visibility"] = PoseKey.Score,
        ["person_id"] = PoseKey.Person, ["person"] = PoseKey.Person, ["idx"] = PoseKey.Person, ["track_id"] = PoseKey.Person,
        ["instance_id"] = PoseKey.Person,
        ["frame"] = PoseKey.Frame, ["frame_index"] = PoseKey.Frame, ["frame_id"] = PoseKey.Frame, ["frame_number"] = PoseKey.Frame,
        ["timestamp"] = PoseKey.Frame, ["timestamp_ms"] = PoseKey.Frame, ["time"] = PoseKey.Frame,
        ["image_id"] = PoseKey.Image, ["image"] = PoseKey.Image, ["image_name"] = PoseKey.Image,
        ["label"] = PoseKey.Label, ["class"] = PoseKey.Label, ["action"] = PoseKey.Label, ["subject"] = PoseKey.Subject,
        ["performer"] = PoseKey.Subject, ["camera"] = PoseKey.Camera, ["view"] = PoseKey.Camera, ["setup"] = PoseKey.Setup,
        ["split"] = PoseKey.Split,
    };

    public static PoseKey Of(string key) => Known.GetValueOrDefault(key);
}
