namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>Every point of the figure that some joint layout names.</summary>
internal enum Landmark
{
    HipCenter, LowerSpine, SpineMid, ShoulderCenter, Neck, Head, Nose,
    LeftShoulder, LeftElbow, LeftWrist, LeftHand, LeftHandTip, LeftThumb,
    LeftHip, LeftKnee, LeftAnkle, LeftFoot, LeftEye, LeftEar,
    RightShoulder, RightElbow, RightWrist, RightHand, RightHandTip, RightThumb,
    RightHip, RightKnee, RightAnkle, RightFoot, RightEye, RightEar,
}
