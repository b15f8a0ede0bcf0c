using System.Runtime.InteropServices;

namespace Kinema.Torch.Interop;

/// <summary>A product of rows in bf16: <c>kt_bf16_product</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Bf16Product
{
    internal float* X;
    internal long StepX;
    internal long Segment;
    internal void* W;
    internal long NextW;
    internal float* Bias;
    internal long NextBias;
    internal float* Y;
    internal long NextY;
    internal long StepY;
    internal int Rows;
    internal int Segments;
    internal int K;
    internal int Columns;
    internal int Add;
    internal int Reserved;
}

/// <summary>A gradient of weights in bf16: <c>kt_bf16_gradient</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Bf16Gradient
{
    internal float* X;
    internal long StepX;
    internal float* Y;
    internal long NextY;
    internal long StepY;
    internal float* To;
    internal long NextTo;
    internal int K;
    internal int Rows;
    internal int Panels;
    internal int Reserved;
}
