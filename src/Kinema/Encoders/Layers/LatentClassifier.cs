using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>InfoGCN's classifier of the latent vector, with the priors of its classes, which no checkpoint holds (<see cref="LatentPriors"/>).</summary>
internal sealed class LatentClassifier : Module<Tensor, Tensor>
{
    private readonly LinearClassifier linear;

    /// <summary>Makes a classifier.</summary>
    /// <param name="latent">D.</param>
    /// <param name="classes">K.</param>
    /// <param name="priorLength">Length of the priors.</param>
    internal LatentClassifier(int latent, int classes, double priorLength)
    {
        linear = Add("", new LinearClassifier(latent, classes, Math.Sqrt(2.0 / classes)));
        Priors = Add("z_prior", new Torch.Buffer(LatentPriors.Of(classes, latent, priorLength), persistent: false));
    }

    /// <summary>One a row, (K, D).</summary>
    internal Torch.Buffer Priors { get; }

    public override Tensor Forward(Tensor z) => linear.Forward(z);                       // (N, D) to (N, K)
}
