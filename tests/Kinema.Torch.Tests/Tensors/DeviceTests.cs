using Kinema.Storage;

namespace Kinema.Torch.Tests.Tensors;

public sealed class DeviceTests : TensorTest
{
    [Theory, InlineData("cpu", DeviceKind.Cpu, -1), InlineData("cuda", DeviceKind.Cuda, 0), InlineData("cuda:0", DeviceKind.Cuda, 0), InlineData("cuda:12", DeviceKind.Cuda, 12)]
    public void A_device_is_read_from_its_name(string text, DeviceKind kind, int index)
    {
        Assert.True(Device.TryParse(text, out var device));
        Assert.Equal(new Device(kind, index), device);
    }

    [Theory, InlineData(null), InlineData(""), InlineData("gpu"), InlineData("CPU"), InlineData("cpu:0"), InlineData("cudas"), InlineData("cuda:"), InlineData("cuda:-1"), InlineData("cuda: 1"), InlineData("cuda:128")]
    public void Any_other_name_is_refused(string? text)
    {
        Assert.False(Device.TryParse(text, out _));
        if (text is not null) Assert.Equal(ExitCode.Configuration, Assert.Throws<KinemaException>(() => Device.Require(text)).ExitCode);
    }

    [Theory]
    [InlineData(0, false, 0, "built without CUDA")]
    [InlineData(0, true, 0, "finds no CUDA device")]
    [InlineData(1, true, 1, "there is one device, cuda:0")]
    [InlineData(4, true, 4, "there are 4 devices, cuda:0 to cuda:3")]
    public void A_device_that_is_not_there_is_refused_in_one_line_with_the_reason_and_the_remedy(int index, bool built, int devices, string why)
    {
        var error = Assert.Throws<KinemaException>(() => Device.Found(Device.Cuda(index), built, devices, "2.6.0"));
        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        Assert.StartsWith($"cannot compute on cuda:{index}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("--device cpu", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_device_that_is_there_is_taken()
    {
        Assert.Equal(Device.Cuda(1), Device.Found(Device.Cuda(1), built: true, devices: 2, "2.6.0"));
        Assert.Equal(Device.Cpu, Device.Require("cpu"));
        Assert.True(TorchRuntime.HasCuda || TorchRuntime.CudaDevices == 0);
    }

    [Fact]
    public void An_upload_to_the_processor_is_the_tensor_itself()
    {
        var x = Numbers(1, [2]);
        Assert.Same(x, x.Upload(Device.Cpu));
    }

    [Fact]
    public void A_counter_stays_on_the_host_and_a_module_knows_its_own_device()
    {
        using var norm = new BatchNorm(3);
        norm.To(Device.Cpu);
        norm.CountBatch();
        Assert.Equal(1, norm.NamedBuffers().Single(entry => entry.Name == "num_batches_tracked").Buffer.Value.Item());
    }
}
