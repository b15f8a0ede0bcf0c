namespace Kinema.Storage.Tests;

public sealed class StoredTensorTests
{
    [Fact]
    public void Every_numeric_type_converts_to_singles_doubles_and_integers()
    {
        StoredTensor[] all =
        [
            StoredTensor.From("f32", [3], [1f, -2f, 100f]),
            StoredTensor.From("f64", [3], [1d, -2d, 100d]),
            StoredTensor.From("f16", [3], [(Half)1, (Half)(-2), (Half)100]),
            StoredTensor.From("i64", [3], [1L, -2L, 100L]),
            StoredTensor.From("i32", [3], [1, -2, 100]),
            StoredTensor.From("i16", [3], new short[] { 1, -2, 100 }),
            new("i8", StoredType.Int8, [3], new byte[] { 1, 0xFE, 100 }),
            new("bf16", StoredType.BFloat16, [3], new byte[] { 0x80, 0x3F, 0x00, 0xC0, 0xC8, 0x42 }),
        ];
        foreach (var tensor in all)
        {
            Assert.Equal([1f, -2f, 100f], tensor.ToSingles());
            Assert.Equal([1d, -2d, 100d], tensor.ToDoubles());
            Assert.Equal([1L, -2L, 100L], tensor.ToInt64s());
        }

        Assert.Equal([200f], StoredTensor.From("u8", [1], new byte[] { 200 }).ToSingles());
        Assert.Equal([1L, 0L], StoredTensor.From("b", [2], [true, false]).ToInt64s());
    }

    [Fact]
    public void A_scalar_has_one_element_and_an_empty_tensor_none()
    {
        Assert.Equal(1, StoredTensor.From("s", [], [7f]).ElementCount);
        Assert.Empty(StoredTensor.From("e", [3, 0, 5], ReadOnlySpan<float>.Empty).ToSingles());
    }

    [Fact]
    public void A_shape_that_does_not_fit_the_bytes_is_a_bug_of_the_caller()
    {
        Assert.Throws<ArgumentException>(() => StoredTensor.From("x", [2, 2], [1f, 2f, 3f]));
        Assert.Throws<ArgumentException>(() => StoredTensor.From("x", [-1], [1f]));
        Assert.Throws<ArgumentException>(() => StoredTensor.From("x", [long.MaxValue, long.MaxValue, 4], [1f]));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    [InlineData(1e300)]
    public void A_label_that_is_no_whole_number_is_refused(double value)
    {
        var message = Toy.Refusal(() => StoredTensor.From("labels", [2], [3d, value]).ToInt64s());
        Assert.Contains("'labels' should hold whole numbers, but element 1 is", message);
    }

    [Fact]
    public void Bfloat16_rounds_to_nearest_even_and_keeps_every_value_it_can_hold()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var value = BFloat16Bits.ToSingle((ushort)bits);
            if (float.IsNaN(value))
            {
                Assert.True(float.IsNaN(BFloat16Bits.ToSingle(BFloat16Bits.FromSingle(value))));
            }
            else
            {
                Assert.Equal((ushort)bits, BFloat16Bits.FromSingle(value));
            }
        }

        Assert.Equal(0x3F80, BFloat16Bits.FromSingle(1 + 1f / 256));        // halfway between 1 and its neighbour: to the even one
        Assert.Equal(0x3F82, BFloat16Bits.FromSingle(1 + 3f / 256));
        Assert.Equal(0x3F81, BFloat16Bits.FromSingle(1 + 1.01f / 256));
        Assert.Equal(0x7F80, BFloat16Bits.FromSingle(float.MaxValue));
    }
}
