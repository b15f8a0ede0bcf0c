using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The graph convolution of CTR-GCN up to its normalisation (eq. 5 and 6, summed over the subsets):
///   G[r,n,u,w,c] = b₄[r,c] + Σ_k W₄[r,c,k] Q[r,n,u,w,k]
///   y[n,c,t,u] = Σ_r Σ_w G[r,n,u,w,c] · (W₃ x + b₃)[n,r,c,t,w]
/// The graphs of all clips and channels are several times as large as a feature map. The kernel never has them in memory: it makes the
/// piece of one clip and sixteen channels where it needs it, forward and again backward.
/// </summary>
internal static class RefinedAggregation
{
    /// <summary>Applies it.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="relations">Q, (R, N·V·V, K): what each pair of joints is to each other.</param>
    /// <param name="refineWeight">W₄, (R, C', K).</param>
    /// <param name="refineBias">b₄, (R, C').</param>
    /// <param name="valueWeight">W₃, (R·C', C).</param>
    /// <param name="valueBias">b₃, (R·C').</param>
    /// <returns>(N, C', T, V), channels-last in memory.</returns>
    /// <exception cref="ArgumentException">The shapes, types or devices do not go together.</exception>
    public static Tensor Apply(Tensor x, Tensor relations, Tensor refineWeight, Tensor refineBias, Tensor valueWeight, Tensor valueBias)
    {
        var shape = AggregationShape.Of(x, relations, refineWeight, valueWeight);
        if (refineBias.Elements != shape.R * shape.Out || valueBias.Elements != shape.R * shape.Out)
            throw new ArgumentException($"the biases want {shape.R} · {shape.Out} numbers; got {refineBias.ShapeText()} and {valueBias.ShapeText()}");
        foreach (var other in (Tensor[])[relations, refineWeight, refineBias, valueWeight, valueBias])
            if (other.Device != x.Device) throw new ArgumentException($"the aggregation wants all on one device; got {x.Device} and {other.Device}");
        Tensor[] inputs = [x, relations, refineWeight, refineBias, valueWeight, valueBias];
        return shape.Values <= Floats.MaxElements && inputs.All(Floats.Take)
            ? RefinedAggregationKernel.Apply(shape, inputs)
            : Twin(x, relations, refineWeight, refineBias, valueWeight, valueBias);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor x, Tensor relations, Tensor refineWeight, Tensor refineBias, Tensor valueWeight, Tensor valueBias)
    {
        // Channels before frames, so that every product is a batched one of whole matrices: this is also what an accelerator runs.
        var (n, channels, t, v) = x.Sizes4();
        var (r, c) = (refineWeight.Size(0), refineWeight.Size(1));
        var values = Functional.AddMatMul(valueBias.Reshape(1, r * c, 1), valueWeight.Unsqueeze(0).Expand(n, r * c, channels), x.Reshape(n, channels, t * v))
            .Reshape(n, r, c, t, v);
        Tensor? y = null;
        for (var i = 0; i < r; i++)
        {
            var q = relations.Select(0, i).Reshape(n, v * v, -1).Transpose(1, 2);                            // (N, K, V·V)
            var graph = Functional.AddMatMul(refineBias.Select(0, i).Reshape(1, c, 1), refineWeight.Select(0, i).Unsqueeze(0).Expand(n, c, q.Size(1)), q)
                .Reshape(n * c, v, v).Transpose(1, 2);                                                       // w before u
            var value = values.Select(1, i).Reshape(n * c, t, v);
            y = y is null ? value.MatMul(graph) : Functional.AddMatMul(y, value, graph);
        }

        return y!.Reshape(n, c, t, v).Contiguous(MemoryFormat.ChannelsLast);
    }
}

/// <summary>Sizes of a refined aggregation: R relations of K numbers, N clips, C channels that become Out, T frames, V joints.</summary>
internal readonly record struct AggregationShape(int R, int K, int N, int C, int Out, int T, int V)
{
    /// <summary>Panels of sixteen channels.</summary>
    internal int Panels => Products.Panels(Out);

    /// <summary>Rows of a clip.</summary>
    internal int Rows => T * V;

    /// <summary>Numbers of the values that backward needs.</summary>
    internal long Values => (long)N * Panels * R * Rows * Products.Panel;

    /// <summary>Pairs of joints.</summary>
    internal int Pairs => V * V;

    private double GraphMultiplyAdds => (double)R * N * Pairs * K * Out;

    private double ValueMultiplyAdds => (double)R * N * Rows * C * Out;

    // In single precision, whatever the products are made in.
    private double SumMultiplyAdds => (double)R * N * T * Pairs * Out;

    /// <summary>x, Q, weights, values and y.</summary>
    internal double Bytes => sizeof(float) * (((double)N * Rows * (C + ((R + 1) * Out))) + ((double)R * N * Pairs * K) + ((double)R * Out * (C + K)));

    /// <summary>Graphs, values and aggregation.</summary>
    internal ProductWork ForwardWork(ProductType type) =>
        ProductWork.Of(type, K, GraphMultiplyAdds) + ProductWork.Of(type, C, ValueMultiplyAdds) + new ProductWork(SumMultiplyAdds, 0);

    /// <summary>The gradients of all three; before them the graphs are made anew, and the values where they were not kept.</summary>
    internal ProductWork BackwardWork(ProductType type, bool valuesAnew)
    {
        var anew = ProductWork.Of(type, K, GraphMultiplyAdds) + ProductWork.Of(type, C, valuesAnew ? ValueMultiplyAdds : 0);
        var ofSums = new ProductWork(2 * SumMultiplyAdds, 0);
        var ofGraphs = ProductWork.Of(type, Products.Panel, GraphMultiplyAdds) + ProductWork.Of(type, K, GraphMultiplyAdds);                   // dQ, dW₄
        var ofValues = ProductWork.Of(type, (long)Panels * R * Products.Panel, ValueMultiplyAdds) + ProductWork.Of(type, C, ValueMultiplyAdds); // dx, dW₃
        return anew + ofSums + ofGraphs + ofValues;
    }

    internal static AggregationShape Of(Tensor x, Tensor relations, Tensor refineWeight, Tensor valueWeight)
    {
        if (x.Dims == 4 && relations.Dims == 3 && refineWeight.Dims == 3 && valueWeight.Dims == 2)
        {
            var (n, c, t, v) = x.Sizes4();
            var (r, k, output) = (relations.Size(0), relations.Size(2), refineWeight.Size(1));
            if (relations.Size(1) == n * v * v && refineWeight.Size(0) == r && refineWeight.Size(2) == k && valueWeight.Size(0) == r * output
                && valueWeight.Size(1) == c)
                return new AggregationShape((int)r, (int)k, (int)n, (int)c, (int)output, (int)t, (int)v);
        }

        throw new ArgumentException(
            $"the aggregation wants x (N, C, T, V), relations (R, N·V·V, K), W₄ (R, C', K), W₃ (R·C', C); got {x.ShapeText()}, {relations.ShapeText()}, {refineWeight.ShapeText()}, {valueWeight.ShapeText()}");
    }
}
