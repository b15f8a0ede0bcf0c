namespace Kinema.Torch;

/// <summary>What one operator, node of backward or kernel cost while a profile was taken.</summary>
/// <param name="Name">As libtorch calls it, such as <c>aten::addmm</c>; a kernel of ours has a name without a namespace.</param>
/// <param name="Type">The type of what was multiplied, bf16 where that is true of some of a kernel's products; null for what multiplies no matrices.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Self">Time in it, without the operators it called; a product or convolution stands for all it calls.</param>
/// <param name="MultiplyAdds">Of products, convolutions and kernels.</param>
/// <param name="HalfMultiplyAdds">Those of <paramref name="MultiplyAdds"/> whose factors were bf16 or fp16.</param>
/// <param name="Bytes">The least it must move: each input read once, each output written once.</param>
public sealed record OperatorTime(string Name, ScalarType? Type, long Calls, TimeSpan Self, long MultiplyAdds, long HalfMultiplyAdds, long Bytes);
