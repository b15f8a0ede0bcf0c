using Kinema.Encoders;
using Kinema.Encoders.Kernels;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class JointAttentionTests : TensorTest
{
    // A chain of three joints in two hyperedges, in two dimensions.
    private const string Arm =
        "{name: arm, dims: 2, center: wrist, joints: [shoulder, elbow, wrist], bones: [[elbow, shoulder], [wrist, elbow]], hyperedges: [[shoulder], [elbow, wrist]]}";

    // Layout, frames, heads, numbers of a head; with registers of 512 bits, which where there are none are made of smaller ones.
    [Theory]
    [InlineData("nw-ucla", 5, 9, 24, false)]
    [InlineData("nw-ucla", 16, 9, 24, true)]
    [InlineData("ntu", 3, 9, 24, true)]
    [InlineData("ntu", 1, 1, 1, false)]
    [InlineData("ntu", 17, 1, 1, true)]
    [InlineData("nw-ucla", 70, 3, 8, false)]
    [InlineData("nw-ucla", 600, 2, 24, true)]
    [InlineData("arm", 33, 2, 17, false)]
    [InlineData("arm", 32, 2, 17, true)]
    public void The_kernel_agrees_with_plain_operators_in_values_and_gradients(string layout, int frames, int heads, int d, bool wide)
    {
        var joints = Joints(layout);
        using var lookup = joints.Lookup;
        var single = Leaves(joints, frames, heads, d);
        var weights = Numbers(9, [frames, joints.Joints, heads * d]);
        Assert.True(JointAttentionKernel.Takes(single[0], single[1], Weights(single)));
        var o = JointAttentionKernel.Apply(joints, heads, single[0], single[1], Weights(single), wide);
        (o * weights.To(ScalarType.Float32)).Sum().Backward();

        Tensor[] exact = [.. single.Select(DoubleLeaf)];
        var expected = JointAttention.Twin(joints, heads, exact[0], exact[1], Weights(exact));
        (expected * weights).Sum().Backward();
        AssertClose(expected, o, 1e-5);
        for (var i = 0; i < single.Length; i++) AssertClose(exact[i].Grad!, single[i].Grad!, 5e-5, $"gradient {i}");
    }

    [Fact]
    public void What_a_frame_gets_does_not_depend_on_where_it_stands_nor_on_its_neighbours()
    {
        var joints = Joints("nw-ucla");
        using var lookup = joints.Lookup;
        var inputs = Leaves(joints, 37, 3, 8);
        var all = JointAttention.Apply(joints, 3, inputs[0], inputs[1], Weights(inputs));
        for (var frame = 0; frame < 37; frame += 6)
        {
            var alone = JointAttention.Apply(joints, 3, inputs[0].Narrow(0, frame, 1), inputs[1].Narrow(0, frame, 1), Weights(inputs));
            Assert.Equal(all.Narrow(0, frame, 1).ToArray<float>(), alone.ToArray<float>());
        }
    }

    [Fact]
    public void A_number_that_is_none_stays_in_its_frame()
    {
        var joints = Joints("nw-ucla");
        using var lookup = joints.Lookup;
        var inputs = Leaves(joints, 20, 3, 8);
        var numbers = inputs[0].ToArray<float>();
        numbers[(3 * 20 * 72) + 50] = float.NaN;                                         // a query of frame 3
        var o = JointAttention.Apply(joints, 3, Tensor.From<float>(numbers, 20, 20, 72), inputs[1], Weights(inputs));
        var finite = o.IsFinite().Reshape(20, -1).ToArray<bool>();
        for (var frame = 0; frame < 20; frame++) Assert.Equal(frame != 3, finite.AsSpan(frame * 480, 480).IndexOf(false) < 0);
    }

    [Fact]
    public void Scores_far_from_zero_give_shares_and_no_infinities()
    {
        var joints = Joints("nw-ucla");
        using var lookup = joints.Lookup;
        var inputs = Leaves(joints, 2, 3, 8);
        var large = inputs[0].Detach() * 100;
        var o = JointAttention.Apply(joints, 3, large, inputs[1], Weights(inputs));
        AssertClose(JointAttention.Twin(joints, 3, large, inputs[1], Weights(inputs)), o, 1e-3);
        Assert.Equal(1, o.IsFinite().All().Item());
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads()
    {
        var joints = Joints("nw-ucla");
        using var lookup = joints.Lookup;
        AssertSameBitsOnAnyNumberOfThreads(() =>
        {
            var inputs = Leaves(joints, 100, 3, 8);
            var o = JointAttention.Apply(joints, 3, inputs[0], inputs[1], Weights(inputs));
            (o * o).Sum().Backward();
            return [.. o.ToArray<float>(), .. inputs.SelectMany(input => input.Grad!.ToArray<float>())];
        });
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_before_memory_is_read()
    {
        var joints = Joints("arm"); // three joints, two hyperedges, distances 0 to 2
        using var lookup = joints.Lookup;
        var inputs = Leaves(joints, 2, 3, 4);
        Refused(3, 0, [2, 3, 35]);
        Refused(3, 0, [2, 4, 36]);
        Refused(3, 0, [6, 36]);
        Refused(3, 0, [2, 3, 0]);
        Refused(3, 1, [2, 3, 12]);
        Refused(3, 1, [1, 2, 12]);
        Refused(3, 1, [2, 2, 11]);
        Refused(3, 2, [2, 12]);
        Refused(3, 2, [3, 13]);
        Refused(3, 3, [12]);
        Refused(3, 3, [4, 3]);
        Refused(3, 4, [3, 3]);
        Refused(3, 4, [3, 3, 4]);
        Refused(3, 5, [2]);
        Refused(3, 5, []);
        Refused(0, 5, [1]);

        void Refused(int heads, int input, long[] shape)
        {
            Tensor[] wrong = [.. inputs];
            wrong[input] = Tensor.Zeros(shape);
            var error = Assert.Throws<ArgumentException>(() => JointAttention.Apply(joints, heads, wrong[0], wrong[1], Weights(wrong)));
            Assert.StartsWith("attention among 3 joints in 2 hyperedges at 3 distances wants ", error.Message, StringComparison.Ordinal);
            Assert.Contains(wrong[input].ShapeText(), error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Under_a_cast_attention_stays_in_single_precision()
    {
        var joints = Joints("nw-ucla");
        using var lookup = joints.Lookup;
        var inputs = Leaves(joints, 3, 3, 24);
        var single = JointAttention.Apply(joints, 3, inputs[0], inputs[1], Weights(inputs)).ToArray<float>();
        using var cast = Autograd.Autocast(ScalarType.BFloat16);
        Assert.Equal(single, JointAttention.Apply(joints, 3, inputs[0], inputs[1], Weights(inputs)).ToArray<float>());
    }

    private static JointRelations Joints(string layout) =>
        new(SkeletonGraph.Hyperformer(layout == "arm" ? Layouts.Parse(Arm, "arm.yaml") : Layouts.Get(layout)));

    // Parts, edges, and what is learnt.
    private static Tensor[] Leaves(JointRelations joints, int frames, int heads, int d) =>
    [
        SingleLeaf(1, frames, joints.Joints, 3 * heads * d), SingleLeaf(2, frames, joints.Hyperedges, heads * d),
        SingleLeaf(3, joints.Distances, heads * d), SingleLeaf(4, heads, d), SingleLeaf(5, heads, joints.Joints, joints.Joints), SingleLeaf(6, 1),
    ];

    private static JointAttentionWeights Weights(Tensor[] inputs) => new(inputs[2], inputs[3], inputs[4], inputs[5]);
}
