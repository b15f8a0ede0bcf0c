using Kinema.Storage.Pickles;

namespace Kinema.Storage.Tests.Pickles;

/// <summary>Pickles that want to run something, or to make the reader crash, hang or fill the memory.</summary>
public sealed class EvilPickleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_refusal_names_file_class_opcode_and_byte_in_one_line()
    {
        var pickle = new PickleWriter().Op("}").Text("w").Global("posix", "system").Op('(').Text("echo gotcha").Op("tRs").Stop();
        var path = folder.Write("model.pt", Containers.Zip(pickle));

        Assert.Equal(
            $"{path}: refuses posix.system (GLOBAL at byte 9): only tensors and plain containers are read; save model.state_dict() instead",
            Toy.Refusal(() => PyTorchFile.Read(path)));
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "getattr")]
    [InlineData("__builtin__", "exec")]
    [InlineData("subprocess", "Popen")]
    [InlineData("torch", "load")]
    [InlineData("torch.hub", "load")]
    [InlineData("torch._utils", "__import__")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("numpy", "load")]
    [InlineData("collections", "OrderedDict.__reduce__")]
    [InlineData("", "")]
    public void A_name_that_is_not_on_the_list_is_refused_by_both_ways_to_say_it(string module, string name)
    {
        Assert.Contains($"refuses {module}.{name} (GLOBAL at byte 2)", Refusal(new PickleWriter().Global(module, name).Stop()));
        Assert.Contains($"refuses {module}.{name} (STACK_GLOBAL ", Refusal(new PickleWriter(4).Text(module).Text(name).Raw(0x93).Stop()));
    }

    [Fact]
    public void A_name_is_not_printed_raw_nor_whole()
    {
        var message = Refusal(new PickleWriter(4).Text("a\nb\u001b[31m").Text(new string('x', 200)).Raw(0x93).Stop());

        Assert.Contains("refuses a?b?[31m.xxx", message);
        Assert.InRange(message.Length, 50, 400);
        Assert.Contains("refuses ….", Refusal(new PickleWriter().Global(new string('x', 5000), "y").Stop()));
    }

    [Fact]
    public void A_number_of_hundreds_of_digits_is_not_printed_whole()
    {
        var huge = Enumerable.Repeat((byte)0x7F, 255).ToArray();                  // LONG1 of as many bytes as it can have
        var message = Refusal(new PickleWriter().Op('(').Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu")
            .Raw(0x8A, 255).Raw(huge).Op("tQ").Stop());

        Assert.Contains("damaged pickle: a storage of 6287162639", message);
        Assert.Contains("… elements (BINPERSID at byte ", message);
        Assert.InRange(message.Length, 100, 250);
    }

    [Theory]
    [InlineData(new byte[] { 0x82, 1 }, "EXT1")]
    [InlineData(new byte[] { 0x83, 1, 0 }, "EXT2")]
    [InlineData(new byte[] { 0x84, 1, 0, 0, 0 }, "EXT4")]
    [InlineData(new byte[] { 0x97 }, "NEXT_BUFFER")]
    [InlineData(new byte[] { (byte)'S', (byte)'\'', (byte)'\'', (byte)'\n' }, "STRING")]
    [InlineData(new byte[] { (byte)'P', (byte)'1', (byte)'\n' }, "PERSID")]
    public void An_opcode_that_reads_no_plain_data_is_refused_by_its_name(byte[] opcode, string name) =>
        Assert.Contains($"refuses this opcode ({name} at byte 2)", Refusal(new PickleWriter().Raw(opcode).Stop()));

    [Fact]
    public void Objects_are_not_made_even_of_known_classes()
    {
        Assert.Contains("refuses os.system (INST at byte 3)", Refusal(new PickleWriter().Op("(ios\nsystem\n").Stop()));
        Assert.Contains(
            "an object of collections.OrderedDict (NEWOBJ ",
            Refusal(new PickleWriter().Global("collections", "OrderedDict").Op(')').Raw(0x81).Stop()));
        Assert.Contains(
            "an object of torch.Tensor (NEWOBJ_EX ",
            Refusal(new PickleWriter(4).Global("torch", "Tensor").Op(")}").Raw(0x92).Stop()));
        Assert.Contains("an object of torch.Size (OBJ ", Refusal(new PickleWriter().Op('(').Global("torch", "Size").Op("o").Stop()));
    }

    [Fact]
    public void Only_the_known_calls_with_the_known_arguments_are_made()
    {
        Assert.Contains(
            "a call of torch.float32 with no arguments (REDUCE", Refusal(new PickleWriter().Global("torch", "float32").Op(")R").Stop()));
        Assert.Contains(
            "a call of builtins.int with text", Refusal(new PickleWriter().Global("builtins", "int").Text("1").Raw(0x85).Op('R').Stop()));
        Assert.Contains("a call of text", Refusal(new PickleWriter().Text("os.system").Op(")R").Stop()));
        Assert.Contains("a call of a dictionary", Refusal(new PickleWriter().Op("})R").Stop()));
        Assert.Contains(
            "a call of _codecs.encode",
            Refusal(new PickleWriter().Global("_codecs", "encode").Op('(').Text("x").Text("zlib").Op("tR").Stop()));
        Assert.Contains(
            "a call of torch._utils._rebuild_tensor_v2 with a tuple",
            Refusal(new PickleWriter().Global("torch._utils", "_rebuild_tensor_v2").Op(")").Raw(0x85).Op('R').Stop()));
        Assert.Contains(
            "a call of torch._tensor._rebuild_from_type_v2",
            Refusal(new PickleWriter().Global("torch._tensor", "_rebuild_from_type_v2").Op('(').Global("_codecs", "encode")
                .Global("torch", "Tensor").Op(")}tR").Stop()));
    }

    [Fact]
    public void A_state_is_set_on_nothing_but_what_expects_one()
    {
        Assert.Contains("a state for a list (BUILD", Refusal(new PickleWriter().Op("]}b").Stop()));
        Assert.Contains("a state for torch.Tensor (BUILD", Refusal(new PickleWriter().Global("torch", "Tensor").Op("}b").Stop()));
        Assert.Contains(
            "a state for a tensor (BUILD", Refusal(new PickleWriter().Tensor("FloatStorage", "0", 1, 0, [], []).Op("}b").Stop()));
        Assert.Contains("a state for a dictionary (BUILD", Refusal(new PickleWriter().Op("}").Text("x").Op('b').Stop()));
    }

    [Fact]
    public void Persistent_ids_are_storages_and_nothing_else()
    {
        Assert.Contains("a persistent id that is text", Refusal(new PickleWriter().Text("../../etc/passwd").Op('Q').Stop()));
        Assert.Contains("a persistent id with text, text", Refusal(new PickleWriter().Op('(').Text("module").Text("x").Op("tQ").Stop()));
        Assert.Contains("torch.Size as a storage", Refusal(new PickleWriter().Storage("Size", "0", 1).Stop()));
        Assert.Contains("refuses torch.ComplexFloatStorage", Refusal(new PickleWriter().Storage("ComplexFloatStorage", "0", 1).Stop()));
        Assert.Contains("holds a bare tensor storage", Refusal(new PickleWriter().Storage("FloatStorage", "0", 1).Stop()));

        // A storage in the place of another id's key, and an id made of an id.
        Assert.Contains(
            "a persistent id with text, torch.FloatStorage, a bare tensor storage",
            Refusal(new PickleWriter().Op('(').Text("storage").Global("torch", "FloatStorage").Storage("FloatStorage", "0", 1)
                .Text("cpu").Number(1).Op("tQ").Stop()));
        Assert.Contains(
            "a persistent id that is a bare tensor storage", Refusal(new PickleWriter().Storage("FloatStorage", "0", 1).Op('Q').Stop()));
        Assert.Contains("beyond storage '0'", Refusal(new PickleWriter().Storage(
            "FloatStorage", "0", 4, writer => writer.Op('(').Text("v").Number(2).Number(3).Op('t')).Stop()));

        // A key that is a path stays a key: there is no such entry.
        var climb = new PickleWriter().Op("}").Text("w").Tensor("FloatStorage", "../../../etc/passwd", 1, 0, [], []).Op('s').Stop();
        Assert.Contains("has no entry 'model/data/../../../etc/passwd'", Refusal(climb));
        Assert.Contains(
            "refuses a persistent id (BINPERSID",
            Toy.Refusal(() => PickleFile.Read(folder.Write("p", new PickleWriter().Text("x").Op('Q').Stop())), ExitCode.Data));
    }

    [Fact]
    public void A_container_that_holds_itself_is_refused()
    {
        Assert.Contains("holds a list that contains itself", Refusal(new PickleWriter().Op(']').Put(0).Get(0).Op('a').Stop()));
        Assert.Contains(
            "holds a dictionary that contains itself", Refusal(new PickleWriter().Op('}').Put(0).Text("x").Op(']').Get(0).Op("as").Stop()));
        Assert.Contains("holds a list that contains itself", Refusal(new PickleWriter().Op(']').Put(0).Get(0).Raw(0x85).Op('a').Stop()));
    }

    [Fact]
    public void Sharing_cannot_unfold_to_more_values_than_anyone_can_walk()
    {
        var writer = new PickleWriter().Op("](NNe").Put(0);
        for (var i = 0; i < 50; i++)
        {
            writer.Op("](").Get(0).Get(0).Op('e').Put(0);
        }

        Assert.Contains("describes more than", Refusal(writer.Stop()));
    }

    [Theory]
    [InlineData(90, null)]
    [InlineData(150, "nested deeper than 100")]
    [InlineData(200_000, "nested deeper than 100")]
    public void Deep_nesting_ends_in_a_message_and_not_in_a_stack_overflow(int depth, string? reason)
    {
        var pickle = new PickleWriter().Op(new string(']', depth)).Op(new string('a', depth - 1)).Stop();
        if (reason is null)
        {
            Assert.IsType<PickleList>(PickleFile.Read(folder.Write("p", pickle)));
        }
        else
        {
            Assert.Contains(reason, Refusal(pickle));
        }
    }

    [Fact]
    public void Depth_is_counted_through_shared_containers_too()
    {
        var writer = new PickleWriter().Op("](").Op("]").Put(0);                       // each item wraps the one before ninety times
        for (var i = 0; i < 20; i++)
        {
            writer.Get(0).Op(string.Concat(Enumerable.Repeat("\u0085", 90))).Put(0);
        }

        Assert.Contains("nested deeper than 100", Refusal(writer.Op('e').Stop()));
    }

    [Theory]
    [InlineData("]", "")]                                     // new values
    [InlineData("2", "N")]                                    // places on the stack
    [InlineData("\u0094", "N")]                               // places in the memo
    [InlineData("(", "")]                                     // marks
    [InlineData("NNs", "}")]                                  // items
    public void Values_beyond_the_limit_are_refused_wherever_they_pile_up(string again, string start)
    {
        string Run(int times)
        {
            var bytes = new PickleWriter(4).Op(start).Op(string.Concat(Enumerable.Repeat(again, times))).Stop();
            var input = new PickleInput("f", ExitCode.Data, new MemoryStream(bytes), bytes.Length);
            var machine = new PickleMachine(input, torch: null) { MostValues = 5000 };
            return Record.Exception(machine.Run)?.Message ?? "";
        }

        Assert.DoesNotContain("more than", Run(1000));
        Assert.Contains("f: refuses more than 5000 values (reached at byte ", Run(5001));
    }

    [Fact]
    public void Copies_of_one_value_cannot_outgrow_the_file_by_far()
    {
        var writer = new PickleWriter().Text(new string('x', 1_000_000)).Put(0).Text("latin1").Put(1).Global("_codecs", "encode").Put(2)
            .Op("](");
        for (var i = 0; i < 200; i++)
        {
            writer.Get(2).Get(0).Get(1).Raw(0x86).Op('R');
        }

        Assert.Contains("refuses to unfold", Refusal(writer.Op('e').Stop()));
    }

    [Theory]
    [InlineData(new byte[] { (byte)'X', 255, 255, 255, 255 }, "ends in the middle of a value")]
    [InlineData(new byte[] { 0x8D, 255, 255, 255, 255, 255, 255, 255, 127 }, "ends in the middle of a value")]
    [InlineData(new byte[] { 0x8E, 255, 255, 255, 255, 255, 255, 255, 255 }, "ends in the middle of a value")]
    [InlineData(new byte[] { 0x8B, 255, 255, 255, 255 }, "a whole number of 4294967295 bytes")]
    [InlineData(new byte[] { 0x95, 255, 0, 0, 0, 0, 0, 0, 0 }, "ends in the middle of a value")]
    [InlineData(new byte[] { (byte)'X', 2, 0, 0, 0, 0xC3, 0x28 }, "not valid UTF-8")]
    [InlineData(new byte[] { (byte)'h', 7 }, "memo place 7 is empty")]
    [InlineData(new byte[] { (byte)'0' }, "nothing on the stack")]
    [InlineData(new byte[] { (byte)'t' }, "no mark on the stack")]
    [InlineData(new byte[] { (byte)'N', 0x86 }, "fewer than 2 values")]
    [InlineData(new byte[] { (byte)'N', (byte)'N', (byte)'a' }, "appends to None")]
    [InlineData(new byte[] { (byte)'N', (byte)'(', (byte)'a' }, "nothing on the stack")]
    [InlineData(new byte[] { (byte)'}', (byte)'(', (byte)'N', (byte)'u' }, "a key without a value")]
    [InlineData(new byte[] { (byte)'}', (byte)']', (byte)'N', (byte)'s' }, "a list as the key of a dictionary")]
    [InlineData(new byte[] { 0x80, 6 }, "protocol 6")]
    [InlineData(new byte[] { 0x80, 1 }, "protocol 1")]
    [InlineData(new byte[] { 0xFE }, "unknown opcode (254 at byte 2)")]
    [InlineData(new byte[] { (byte)'N', (byte)'N', 0x93 }, "a name that is not text")]
    public void A_damaged_pickle_is_refused_with_the_reason(byte[] opcodes, string reason) =>
        Assert.Contains(reason, Refusal(new PickleWriter().Raw(opcodes).Stop()));

    private string Refusal(byte[] pickle) => Toy.Refusal(() => PyTorchFile.Read(folder.Write("evil.pt", Containers.Zip(pickle))));
}
