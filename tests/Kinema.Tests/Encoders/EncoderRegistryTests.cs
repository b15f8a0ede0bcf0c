using System.Reflection;
using System.Reflection.Emit;
using Kinema.Encoders;
using Kinema.Storage;
using JointFilter = Kinema.Tests.Encoders.Example.JointFilter;    // not one that somebody made of the manual's page

namespace Kinema.Tests.Encoders;

/// <summary>What who adds an encoder is told.</summary>
public sealed class EncoderRegistryTests
{
    [Fact]
    public void Classes_with_names_of_their_own_are_registered() =>
        Assert.Equal(["first", "joint-filter"], EncoderRegistry.In([Class("First", "first"), typeof(string), typeof(JointFilter)]).Select(model => model.Name));

    [Fact]
    public void Two_classes_with_one_name_are_refused_by_their_names() => Refused(
        "First and Second are both registered as 'ctr-gnc': give one of them another name in its [EncoderModel(…)]",
        Class("First", "ctr-gnc"), Class("Second", "ctr-gnc"));

    [Theory, InlineData(null), InlineData(typeof(string))]
    public void A_class_that_cannot_be_built_is_refused_with_what_it_lacks(Type? made) => Refused(
        "First is registered as 'first' but has no public static Encoder Create(EncoderInput, EncoderSettings): add one, as in docs/adding-an-encoder.md",
        Class("First", "first", made));

    private static void Refused(string message, params Type[] classes)
    {
        var error = Assert.Throws<KinemaException>(() => EncoderRegistry.In(classes));
        Assert.Equal((ExitCode.Configuration, message), (error.ExitCode, error.Message));
    }

    private static Type Class(string name, string encoder) => Class(name, encoder, typeof(Encoder));

    // A class with the attribute, whose Create answers null; without Create where it makes nothing.
    private static Type Class(string name, string encoder, Type? made)
    {
        var type = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("made-up"), AssemblyBuilderAccess.RunAndCollect)
            .DefineDynamicModule("made-up").DefineType(name, TypeAttributes.Public);
        var attribute = typeof(EncoderModelAttribute);
        PropertyInfo[] texts = [attribute.GetProperty(nameof(EncoderModelAttribute.Paper))!, attribute.GetProperty(nameof(EncoderModelAttribute.Link))!];
        type.SetCustomAttribute(new CustomAttributeBuilder(attribute.GetConstructor([typeof(string)])!, [encoder], texts, ["a paper", "a link"]));
        if (made is not null)
        {
            var body = type.DefineMethod("Create", MethodAttributes.Public | MethodAttributes.Static, made, [typeof(EncoderInput), typeof(EncoderSettings)])
                .GetILGenerator();
            body.Emit(OpCodes.Ldnull);
            body.Emit(OpCodes.Ret);
        }

        return type.CreateType();
    }
}
