using Kinema.Storage;

namespace Kinema.Cli.Tests;

public class FaultTests
{
    // Recipe keys list the encoders as their type begins: what is wrong with an encoder's class comes wrapped in what is wrong with theirs.
    [Fact]
    public void What_a_type_could_not_begin_for_is_told_and_not_that_it_could_not()
    {
        var mistake = new KinemaException(ExitCode.Configuration, "A and B are both registered");

        Assert.Same(mistake, Faults.Cause(new TypeInitializationException("Keys", new TypeInitializationException("Registry", mistake))));
        Assert.Same(mistake, Faults.Cause(new AggregateException(new TypeInitializationException("Keys", mistake))));
        Assert.Same(mistake, Faults.Cause(mistake));
    }

    [Fact]
    public void Several_faults_at_once_and_a_type_that_names_none_stay_what_they_are()
    {
        var several = new AggregateException(new InvalidOperationException(), new InvalidOperationException());
        var bare = new TypeInitializationException("Keys", null);

        Assert.Same(several, Faults.Cause(several));
        Assert.Same(bare, Faults.Cause(bare));
    }
}
