namespace Kinema.Torch.Tests.Tensors;

public sealed class TensorTests : TensorTest
{
    [Fact]
    public void Values_come_back_in_the_order_in_which_they_went_in()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        var x = Tensor.From(values, 2, 3);
        values[0] = 99; // the tensor has a copy
        Assert.Equal([2L, 3L], x.Sizes.ToArray());
        Assert.Equal([3L, 1L], x.Strides);
        Assert.Equal((2, 6L, ScalarType.Float32, Device.Cpu), (x.Dims, x.Elements, x.Type, x.Device));
        Assert.Equal([1f, 2, 3, 4, 5, 6], x.ToArray<float>());
        Assert.Equal(3, x.Size(-1));
    }

    [Fact]
    public void Every_element_type_of_CSharp_has_its_type_in_libtorch()
    {
        Check([1f], ScalarType.Float32);
        Check([1d], ScalarType.Float64);
        Check([1L], ScalarType.Int64);
        Check([1], ScalarType.Int32);
        Check([(short)-1], ScalarType.Int16);
        Check([(byte)255], ScalarType.UInt8);
        Check([(sbyte)-1], ScalarType.Int8);
        Check([true], ScalarType.Bool);
        Check([(Half)0.5], ScalarType.Float16);
        Assert.Throws<NotSupportedException>(() => Tensor.From(['a'], 1));

        static void Check<T>(T[] values, ScalarType type)
            where T : unmanaged
        {
            var tensor = Tensor.From(values, 1);
            Assert.Equal(type, tensor.Type);
            Assert.Equal(values, tensor.Memory<T>().ToArray());
        }
    }

    [Fact]
    public void A_scalar_has_no_axes_and_one_element()
    {
        var x = Tensor.From([2.5]);
        Assert.Equal((0, 1L, 2.5), (x.Dims, x.Elements, x.Item()));
        Assert.Equal("()", x.ShapeText());
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    [InlineData(0, 0)]
    public void A_tensor_may_be_empty(long rows, long columns)
    {
        var x = Tensor.Zeros([rows, columns]);
        Assert.Equal(0, x.Elements);
        Assert.Empty(x.ToArray<float>());
        Assert.True(x.Memory<float>().IsEmpty);
        Assert.Empty(Tensor.From(Array.Empty<double>(), rows, columns).ToArray<double>());
    }

    [Fact]
    public void Values_that_do_not_fill_the_shape_are_refused() =>
        Assert.Contains(
            "3 values do not fill the shape [2, 2]", Assert.Throws<ArgumentException>(() => Tensor.From([1f, 2, 3], 2, 2)).Message, StringComparison.Ordinal);

    [Fact]
    public void Memory_writes_through()
    {
        var x = Tensor.Zeros([2, 2]);
        x.Memory<float>()[3] = 7;
        Assert.Equal([0f, 0, 0, 7], x.ToArray<float>());
    }

    [Fact]
    public void Memory_of_another_type_is_refused() =>
        Assert.Contains(
            "Float32, not Double", Assert.Throws<InvalidOperationException>(() => { Tensor.Zeros([2]).Memory<double>(); }).Message, StringComparison.Ordinal);

    [Fact]
    public void Memory_of_a_view_with_gaps_is_refused()
    {
        var x = Tensor.Zeros([4, 6]);
        Assert.Throws<InvalidOperationException>(() => { x.Slice(1, 0, 3).Memory<float>(); });
        Assert.Throws<InvalidOperationException>(() => { x.Slice(0, 0, 4, 2).Memory<float>(); });
        Assert.Throws<InvalidOperationException>(() => { x.Select(1, 0).Memory<float>(); });
        Assert.Throws<InvalidOperationException>(() => { Tensor.Zeros([1]).Expand(5).Memory<float>(); });
        Assert.Equal(12, x.Slice(0, 1, 3).Memory<float>().Length); // whole rows have no gaps
    }

    [Fact]
    public void Memory_of_a_view_starts_where_the_view_does() =>
        Assert.Equal([4d, 5, 6, 7], Tensor.Arange(12).To(ScalarType.Float64).Narrow(0, 4, 4).Memory<double>().ToArray());

    [Fact]
    public void Channels_last_memory_is_told_by_its_strides_and_read_in_its_own_order()
    {
        var x = Tensor.Arange(12).Reshape(1, 2, 2, 3).Contiguous(MemoryFormat.ChannelsLast); // (N, C, H, W), memory N, H, W, C
        Assert.Equal([12L, 1L, 6L, 2L], x.Strides);
        Assert.False(x.IsContiguous);
        Assert.Equal([0L, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11], x.Memory<long>().ToArray());
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (long)i), x.ToArray<long>()); // ToArray: always the order of the axes
    }

    [Fact]
    public void ToArray_follows_the_axes_of_any_view()
    {
        var x = Tensor.Arange(6).Reshape(2, 3);
        Assert.Equal([0L, 3, 1, 4, 2, 5], x.Transpose(0, 1).ToArray<long>());
        Assert.Equal([0L, 2, 3, 5], x.Slice(1, 0, 3, 2).ToArray<long>());
        Assert.Equal([5L, 5, 5], x.Select(0, 1).Select(0, 2).Expand(3).ToArray<long>());
    }

    [Fact]
    public void ToArray_converts()
    {
        Assert.Equal([1L, 0, -2], Tensor.From([1.9, 0.1, -2.0], 3).ToArray<long>());
        Assert.Equal([1f, 0], Tensor.From([true, false], 2).ToArray<float>());
        Assert.Equal([1.5f], Tensor.From([1.5f], 1).To(ScalarType.BFloat16).ToArray<float>());
    }

    [Fact]
    public void Contiguity_is_told_by_strides_and_not_by_axes_of_length_one()
    {
        Assert.True(Tensor.Zeros([2, 1, 3]).Transpose(0, 1).IsContiguous);
        Assert.False(Tensor.Zeros([2, 3]).Transpose(0, 1).IsContiguous);
        Assert.True(Tensor.Zeros([]).IsContiguous);
        Assert.True(Tensor.Zeros([0, 3]).Transpose(0, 1).IsContiguous);
    }

    [Fact]
    public void What_is_contiguous_already_is_shared_and_all_else_copied_as_libtorch_decides()
    {
        long[][] shapes = [[2, 3, 4, 5], [2, 1, 4, 5], [2, 3, 1, 1], [1, 3, 4, 5], [1, 1, 1, 1], [0, 3, 4, 5]];
        foreach (var shape in shapes)
        {
            foreach (var format in (MemoryFormat[])[MemoryFormat.Contiguous, MemoryFormat.ChannelsLast])
            {
                var plain = Tensor.Zeros(shape);
                foreach (var x in (Tensor[])[plain, plain.Contiguous(MemoryFormat.ChannelsLast), plain.Transpose(0, 1), plain.Transpose(1, 3), plain.Slice(3, 0, 4)])
                {
                    var (expected, actual) = (Aten.Contiguous.Call(x, format), x.Contiguous(format));
                    Assert.Equal(expected.Strides, actual.Strides);
                    Assert.Equal(expected.Read().Data == x.Read().Data, actual.Read().Data == x.Read().Data);
                }
            }
        }

        var leaf = Tensor.Ones([2, 3]);
        leaf.RequiresGrad = true;
        (leaf.Contiguous() * 2).Sum().Backward();
        Assert.Equal([2.0, 2, 2, 2, 2, 2], leaf.Grad!.ToArray<double>());
    }

    [Fact]
    public void Sizes4_wants_four_axes() =>
        Assert.Contains("got (2, 3)", Assert.Throws<ArgumentException>(() => Tensor.Zeros([2, 3]).Sizes4()).Message, StringComparison.Ordinal);

    [Fact]
    public void Item_wants_one_element() =>
        Assert.Contains("got (2)", Assert.Throws<InvalidOperationException>(() => Tensor.Zeros([2]).Item()).Message, StringComparison.Ordinal);

    [Fact]
    public void An_error_names_the_operator_the_shapes_the_types_and_the_reason()
    {
        var error = Assert.Throws<TorchException>(() => Tensor.Zeros([2, 3]).MatMul(Tensor.Zeros([2, 3], ScalarType.Float64)));
        Assert.Contains("aten::matmul(f32(2, 3), f64(2, 3))", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "cannot be multiplied", Assert.Throws<TorchException>(() => Tensor.Zeros([2, 3]).MatMul(Tensor.Zeros([2, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("[3, 5], 0.5", Assert.Throws<TorchException>(() => Aten.Full.Call(new[] { 3L, 5 }, 0.5, "double")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_does_not_show_the_inside_of_the_native_library() =>
        Assert.DoesNotContain("frame #", Assert.Throws<TorchException>(() => Tensor.Zeros([2]).Reshape(3)).Message, StringComparison.Ordinal);

    [Fact]
    public void More_memory_than_there_is_has_an_exception_of_its_own()
    {
        var error = Assert.Throws<TorchOutOfMemoryException>(() => Tensor.Empty([1L << 44]));
        Assert.Contains("aten::empty.memory_format([17592186044416]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_an_error_may_be_of_any_length()
    {
        var pieces = Enumerable.Range(0, 400).Select(_ => Tensor.Zeros([1, 2])).ToArray();
        pieces[^1] = Tensor.Zeros([7]);
        Assert.True(Assert.Throws<TorchException>(() => Tensor.Cat(0, pieces)).Message.Length > 4000);
    }

    [Fact]
    public void A_disposed_tensor_throws_and_never_crashes()
    {
        var x = Tensor.Zeros([2]);
        _ = x.Sizes;
        x.Dispose();
        x.Dispose();
        Assert.Throws<ObjectDisposedException>(() => x + x);
        Assert.Throws<ObjectDisposedException>(() => x.Elements);
        Assert.Throws<ObjectDisposedException>(() => { _ = x.Sizes; });
        Assert.Throws<ObjectDisposedException>(() => { x.Memory<float>(); });
        Assert.Throws<ObjectDisposedException>(() => x.ToArray<float>());
        Assert.Throws<ObjectDisposedException>(() => x.Grad);
        Assert.Throws<ObjectDisposedException>(() => x.Alias());
        Assert.Throws<ObjectDisposedException>(() => x.Backward());
        Assert.Throws<ObjectDisposedException>(() => x.RequiresGrad = true);
        Assert.Throws<ObjectDisposedException>(() => Tensor.Cat(0, Tensor.Zeros([1]), x));
        Assert.Equal("Tensor (disposed)", x.ToString());
    }

    [Fact]
    public void An_alias_keeps_the_elements_when_the_first_owner_goes()
    {
        var x = Tensor.From([1f, 2], 2);
        using var alias = x.Alias();
        x.Dispose();
        Assert.Equal([1f, 2], alias.ToArray<float>());
    }

    [Fact]
    public void In_place_operations_return_the_tensor_itself()
    {
        var x = Tensor.From([1.0, 2], 2);
        Assert.Same(x, x.AddInPlace(x).MulInPlace(2).CopyInPlace(x));
        Assert.Equal([4.0, 8], x.ToArray<double>());
        Assert.Same(x, x.FillInPlace(3));
        Assert.Same(x, x.IndexCopyInPlace(0, Tensor.From([1L], 1), Tensor.From([9.0], 1)));
        Assert.Equal([3.0, 9], x.ToArray<double>());
    }

    [Fact]
    public void Tensors_are_written_with_type_and_shape()
    {
        Assert.Equal("f32(16, 3, 52, 20)", Tensor.Zeros([16, 3, 52, 20]).ToString());
        Assert.Equal("bool(2)", Tensor.Zeros([2], ScalarType.Bool).ToString());
    }

    [Fact]
    public void Equals_share_the_gradient_of_a_maximum()
    {
        var x = Tensor.From([3.0, 1, 3, 2], 2, 2);
        x.RequiresGrad = true;
        var largest = x.Max(0);
        Assert.Equal([3.0, 2], largest.ToArray<double>());
        largest.Sum().Backward();
        Assert.Equal([0.5, 0, 0.5, 1], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void Reductions_and_choices_agree_with_plain_arithmetic()
    {
        var x = Tensor.From([1.0, -2, 3, 4, 5, -6], 2, 3);
        AssertClose([2.0, 3], x.Sum(1));
        AssertClose([2 / 3.0, 1], x.Mean(1));
        AssertClose([5.0 / 6], x.Mean());
        AssertClose([Math.Sqrt(14), Math.Sqrt(77)], x.Norm(1));
        AssertClose([Math.Log(Math.Exp(1) + Math.Exp(-2) + Math.Exp(3)), Math.Log(Math.Exp(4) + Math.Exp(5) + Math.Exp(-6))], x.LogSumExp(1));
        AssertClose([Math.Log(1 + Math.E)], Tensor.From([1.0], 1).Softplus());
        Assert.Equal([3.0, 5], x.Max(1).ToArray<double>());
        Assert.Equal([2L, 1], x.ArgMax(1).ToArray<long>());
        Assert.Equal([3.0, 1, 5, 4], x.TopK(2).Values.ToArray<double>());
        Assert.Equal([-2.0, -6], x.TopK(1, largest: false).Values.ToArray<double>());
        Assert.Equal([3.0, 4], x.Gather(1, Tensor.From([2L, 0], 2, 1)).ToArray<double>());
        Assert.Equal([1.0, -2, 4, 5, 5, -6], x.ScatterAdd(1, Tensor.From([2L, 0], 2, 1), Tensor.Ones([2, 1], x.Type)).ToArray<double>());
        Assert.False(Tensor.From([1, double.NaN, double.PositiveInfinity], 3).IsFinite().ToArray<bool>()[1]);
        Assert.Equal(0, Tensor.From([1, double.NaN], 2).IsFinite().All().Item());
    }
}
