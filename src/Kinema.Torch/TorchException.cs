namespace Kinema.Torch;

/// <summary>libtorch refused an operation. The message names the operator, the shapes and dtypes it was given, and libtorch's reason.</summary>
/// <param name="message">The whole story in one text.</param>
public class TorchException(string message) : Exception(message);

/// <summary>There was not enough memory for a tensor, on the host or on the device.</summary>
/// <param name="message">The operator, the shapes it was given, and the allocator's message.</param>
public sealed class TorchOutOfMemoryException(string message) : TorchException(message);
