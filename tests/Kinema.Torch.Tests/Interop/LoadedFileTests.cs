using Kinema.Torch.Interop;

namespace Kinema.Torch.Tests.Interop;

public class LoadedFileTests
{
    private static bool SystemTells => File.Exists("/proc/self/maps");

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
    public void The_file_of_libtorchs_products_is_one_that_is_there()
    {
        var file = TorchRuntime.ProductLibrary;

        // A libtorch that has MKL built in may keep its functions to itself.
        var hidden = TorchRuntime.BuildConfiguration.Contains("BLAS_INFO=mkl", StringComparison.Ordinal);
        if (SystemTells && !hidden) Assert.NotNull(file);
        Assert.True(file is null || File.Exists(file), file);
    }

    [Fact]
    public void A_function_of_the_bridge_lies_in_the_bridge()
    {
        var file = Native.FileOf("kt_abi");

        Assert.Equal(SystemTells ? "libkinema_torch.so" : null, Path.GetFileName(file));
    }

    [Fact]
    public void A_function_that_nobody_has_lies_in_no_file() => Assert.Null(Native.FileOf("kt_no_such_function"));
}
