using Kinema.Torch.Interop;

namespace Kinema.Torch.Tests.Interop;

public class LoadedFileTests
{
    private static readonly string[] Maps =
    [
        "7fe762d35000-7fe762d40000 r--p 00000000 08:01 1835 /usr/lib/blas/libblas.so.3.11.0",
        "7fe762d40000-7fe762d90000 r-xp 0000b000 08:01 1835                       /usr/lib/of two words/libopenblas.so.0",
        "7fe762d90000-7fe762da0000 rw-p 00000000 00:00 0 ",
    ];

    [Theory]
    [InlineData(0x7fe762d35000, "/usr/lib/blas/libblas.so.3.11.0")]
    [InlineData(0x7fe762d40000, "/usr/lib/of two words/libopenblas.so.0")]
    [InlineData(0x7fe762d90000, null)] // memory of no file
    [InlineData(0x1000, null)]
    public void An_address_lies_in_the_file_whose_range_holds_it(ulong address, string? file) => Assert.Equal(file, LoadedFile.Holding(address, Maps));

    [Fact]
    public void The_file_of_libtorchs_products_is_one_that_is_there() =>
        Assert.True(TorchRuntime.ProductLibrary is not { } file || File.Exists(file), TorchRuntime.ProductLibrary);

    [Fact]
    public void A_function_of_the_bridge_lies_in_the_bridge() =>
        Assert.EndsWith("libkinema_torch.so", Native.FileOf("kt_abi") ?? "libkinema_torch.so", StringComparison.Ordinal);

    [Fact]
    public void A_function_that_nobody_has_lies_in_no_file() => Assert.Null(Native.FileOf("kt_no_such_function"));
}
